"""Sends what is due to the readers of a shard and keeps the ledger of who got it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from notes.digests import ledger, message
from notes.digests.ledger import Claim, Shelf
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
from notes.digests.shards import sendable
from notes.errors import TransientError
from notes.events import record_event
from notes.models import EventKind, Subscriber, Subscription

BATCH = 100


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


@dataclass
class Run:
    """What one run did: how many mails ended how, and which editions they held."""

    counts: Counter[str] = field(default_factory=Counter)
    editions: set[int] = field(default_factory=set)


def send_shard(shard: int, *, seconds: float) -> Run:
    """Send what is due until nothing is left or ``seconds`` have passed.

    Raises TransientError with the rest still queued when the server is away, and
    NexusError when it refuses us altogether.
    """
    now = timezone.now()
    run = Run(editions=ledger.clear_up(shard, now))
    if not sendable(now).of_shard(shard).exists():
        return run
    shelf = Shelf()
    ends_at = time.monotonic() + seconds
    with connected() as outbox:
        for reader in _readers(shard, now):
            for claim in ledger.claim([reader], shelf, due_by=now):
                run.counts[_send(claim, shelf, outbox)] += 1
            if time.monotonic() > ends_at:
                break
    run.editions |= shelf.numbers
    return run


def _readers(shard: int, now: datetime) -> Iterator[Subscriber]:
    """Those to whom something was due when this run came to them, in batches."""
    last = 0
    while batch := ledger.readers(shard, now=now, after=last, count=BATCH):
        yield from batch
        last = batch[-1].pk


def _letter(claim: Claim, shelf: Shelf) -> Letter:
    return Letter.of(
        [(shelf.edition(pk), shelf.pieces(pk, tags)) for pk, tags in claim.wanted]
    )


def _send(claim: Claim, shelf: Shelf, outbox: Outbox) -> str:
    """Send one claimed mail; in a word what became of it."""
    try:
        outbox.send(_letter(claim, shelf).to(claim.subscriber))
    except AddressRefusedError as error:
        ledger.settle_failed(claim.deliveries, str(error))
        if isinstance(error, NoSuchAddressError):
            claim.subscriber.refuse(str(error))
        return "failed"
    except AddressDeferredError as error:
        ledger.put_off(claim.deliveries, str(error))
        return "deferred"
    except LineLostError as error:
        ledger.settle_in_doubt(claim.deliveries, str(error))
        raise
    except (ServerAwayError, SenderRefusedError) as error:
        ledger.put_back(claim.deliveries, str(error))
        raise
    ledger.settle_sent(claim.deliveries)
    return "sent"


def record_run(shard: int, run: Run) -> str:
    """Say what a run did; have the rest sent, if its time was not enough.

    Must run in the transaction that ends the job.
    """
    left = sendable(timezone.now()).of_shard(shard).values("subscriber").distinct()
    if to_go := left.count():
        record_event(EventKind.DELIVERIES_FELL_DUE, shard=shard)
        run.counts["to go"] = to_go
    ledger.announce_sent(run.editions)
    words = [f"{count} {word}" for word, count in run.counts.items()]
    return ", ".join(words) or "nothing was due"
