"""Draws the consequences of what comes back: bounces, delays, receipts, complaints.

A report by mail counts only if it names the Message-ID of a mail of ours: an HMAC that
only those know who have had that mail, so a forged bounce ends nothing for others. An
event of a provider's webhook has proved with its secret where it comes from.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import groupby

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from notes.digests import message, tokens
from notes.digests.answers import NoSuchAddressError, refusal
from notes.digests.reports import Kind, Report
from notes.digests.suppression import suppress
from notes.events import record_event
from notes.models import Delivery, EventKind, Subscriber

LOOK_BACK = timedelta(days=60)
NOT_OURS = "names no mail of ours, so nothing is changed"
State = Delivery.State
# A report may overtake the sender's own note that the server took the mail.
SENT = [State.SENDING, State.SENT, State.DOUBT]
CHANGES = {
    Kind.DELIVERED: ([State.DOUBT], State.SENT),
    Kind.BOUNCED: (SENT, State.FAILED),
}


@transaction.atomic
def take(report: Report, *, is_authentic: bool = False) -> str:
    """Settle what the report is about; returns what was done, in words."""
    subscribers = _subscribers(report)
    mail = next(_mails_of(subscribers, report.message_ids), [])
    if not (mail or (is_authentic and subscribers)):
        return NOT_OURS
    subscriber = mail[0].subscriber if mail else subscribers[0]
    done = [_settle(mail, report), _suppress(subscriber, report)]
    return ", ".join(filter(None, done)) or "is noted, nothing is changed"


def _settle(mail: list[Delivery], report: Report) -> str:
    """What became of the mail's deliveries; a complaint shows that it arrived."""
    kind = Kind.DELIVERED if report.kind == Kind.COMPLAINED else report.kind
    if kind not in CHANGES:
        return ""
    before, after = CHANGES[kind]
    changed = Delivery.objects.filter(
        id__in=[delivery.pk for delivery in mail], state__in=before
    ).update(state=after, error=f"Reported as {kind}: {report.said}"[:500])
    if not changed:
        return ""
    for delivery in mail:
        record_event(
            EventKind.DELIVERY_REPORTED,
            hub=delivery.edition.hub,
            week=delivery.edition.week,
            delivery=delivery.pk,
            state=after,
            said=report.said[:500],
        )
    return f"the delivery is {after}"


def _suppress(subscriber: Subscriber, report: Report) -> str:
    """Hard is what says that there is no such address; a full mailbox is not."""
    is_final = report.kind == Kind.COMPLAINED or (
        report.kind == Kind.BOUNCED
        and isinstance(refusal(report.said), NoSuchAddressError)
    )
    if is_final and suppress(subscriber=subscriber, reason=report.said):
        return "the address gets nothing any more"
    return ""


def _subscribers(report: Report) -> list[Subscriber]:
    lower = Subscriber.objects.alias(lower=Lower("email"))
    return list(lower.filter(Q(lower__in=report.addresses) | Q(pk__in=_signed(report))))


def _signed(report: Report) -> set[int]:
    """Whose unsubscribe links are in the mail; what we never wrote is nobody's."""
    found = set()
    for token in report.tokens:
        with contextlib.suppress(tokens.LinkError):
            subscriptions = tokens.read_unsubscribe_token(token)
            found |= set(subscriptions.values_list("subscriber_id", flat=True))
    return found


def _mails_of(
    subscribers: Iterable[Subscriber], message_ids: frozenset[str]
) -> Iterator[list[Delivery]]:
    """The deliveries of each mail to them that has one of these Message-IDs."""
    tried = Delivery.objects.filter(
        subscriber__in=subscribers, sending_at__gte=timezone.now() - LOOK_BACK
    ).select_related("subscriber", "edition__hub")
    ordered = tried.order_by("subscriber_id", "sending_at", "id")
    for _, deliveries in groupby(
        ordered, lambda one: (one.subscriber_id, one.sending_at)
    ):
        mail = list(deliveries)
        name = message.name_of(delivery.edition for delivery in mail)
        if message.message_id(name, mail[0].subscriber) in message_ids:
            yield mail
