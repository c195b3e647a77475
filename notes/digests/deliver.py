"""Sends what is queued and keeps the ledger of who got it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from notes.digests import message
from notes.digests.message import Letter
from notes.digests.outbox import (
    AddressDeferredError,
    AddressRefusedError,
    LineLostError,
    NoSuchAddressError,
    Outbox,
    SenderRefusedError,
    ServerAwayError,
    connected,
)
from notes.errors import TransientError
from notes.events import record_event, record_event_once
from notes.models import Delivery, Edition, EventKind, Subscription

BATCH = 100
GIVE_UP_AFTER = timedelta(days=3)


def send_confirmation(subscription: Subscription) -> str:
    """Mail the question whether it was really them; returns what was done."""
    if subscription.is_active:
        return "confirmed already, so nothing was asked"
    try:
        with connected() as outbox:
            outbox.send(message.confirmation(subscription))
    except AddressDeferredError as error:
        raise TransientError(f"The mail server answered {error}") from error
    except AddressRefusedError as error:
        return f"the mail server refuses this address: {error}"[:500]
    return "asked whether the subscription was meant"


def send_edition(edition: Edition, *, seconds: float) -> None:
    """Send queued deliveries until none is left or ``seconds`` have passed.

    Raises TransientError with the rest still queued when the server is away or has
    deferred an address, NexusError when it refuses us altogether.
    """
    now = timezone.now()
    edition.deliveries.doubt_leftovers()
    edition.deliveries.give_up(
        f"Not taken within {GIVE_UP_AFTER.days} days. ", before=now - GIVE_UP_AFTER
    )
    if not edition.deliveries.due(now).exists():
        return
    letter = Letter.of(edition)
    ends_at = time.monotonic() + seconds
    deferred = ""
    with connected() as outbox:
        for delivery in _due(edition, now):
            if edition.deliveries.claim(delivery.id):
                deferred = _send(delivery, letter, outbox) or deferred
            if time.monotonic() > ends_at:
                break
    if deferred:
        raise TransientError(f"Some addresses have to wait; last answer: {deferred}")


def _due(edition: Edition, now: datetime) -> Iterator[Delivery]:
    """The deliveries that were due when this run came to them, in batches."""
    last = 0
    while batch := list(
        edition.deliveries.due(now)
        .filter(id__gt=last)
        .select_related("subscription__subscriber")
        .order_by("id")[:BATCH]
    ):
        yield from batch
        last = batch[-1].id


def _send(delivery: Delivery, letter: Letter, outbox: Outbox) -> str:
    """Send one claimed delivery; the server's answer if the address has to wait."""
    try:
        outbox.send(letter.to(delivery.subscription))
    except AddressRefusedError as error:
        delivery.mark_failed(str(error))
        if isinstance(error, NoSuchAddressError):
            delivery.subscription.subscriber.refuse(str(error))
    except AddressDeferredError as error:
        delivery.put_back(str(error))
        return str(error)
    except LineLostError as error:
        delivery.mark_in_doubt(str(error))
        raise
    except (ServerAwayError, SenderRefusedError) as error:
        delivery.put_back(str(error))
        raise
    else:
        delivery.mark_sent()
    return ""


def record_sent(edition: Edition) -> str:
    """Say how far it is; record that it was sent when nothing is queued any more.

    Must run in the transaction that ends the job: with deliveries left, the event that
    has the rest sent is recorded there.
    """
    counts = edition.deliveries.counts()
    queued = counts[Delivery.State.QUEUED]
    sent, failed, doubt = (
        counts[state]
        for state in (Delivery.State.SENT, Delivery.State.FAILED, Delivery.State.DOUBT)
    )
    if edition.deliveries.due(timezone.now()).exists():
        record_event(EventKind.DELIVERIES_FELL_DUE, hub=edition.hub, week=edition.week)
    if queued:
        return f"sent to {sent} so far, {queued} to go"
    record_event_once(
        EventKind.DIGEST_SENT,
        key=f"digest-sent:{edition.hub.slug}:{edition.week}",
        hub=edition.hub,
        week=edition.week,
        sent=sent,
        failed=failed,
        doubt=doubt,
    )
    parts = [f"sent to {sent}"]
    if failed:
        parts.append(f"{failed} failed")
    if doubt:
        parts.append(f"{doubt} in doubt")
    return ", ".join(parts)
