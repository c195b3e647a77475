"""What mail providers tell by webhook, as django-anymail understands each of them."""

from __future__ import annotations

from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason

from notes.digests import returns
from notes.digests.reports import MESSAGE_ID, Kind, Report

KINDS = {
    EventType.DELIVERED: Kind.DELIVERED,
    EventType.DEFERRED: Kind.DELAYED,
    EventType.BOUNCED: Kind.BOUNCED,
    EventType.REJECTED: Kind.BOUNCED,
    EventType.FAILED: Kind.BOUNCED,
    EventType.COMPLAINED: Kind.COMPLAINED,
    EventType.UNSUBSCRIBED: Kind.COMPLAINED,
}


def take(event: AnymailTrackingEvent, **_: Any) -> None:
    """Receive the signal `tracking`; openings and clicks do not interest us."""
    kind = KINDS.get(event.event_type)
    if kind and event.recipient:
        returns.take(report_of(event, kind), is_authentic=True)


def report_of(event: AnymailTrackingEvent, kind: Kind) -> Report:
    said = event.mta_response or event.description or f"Reported as {event.event_type}"
    if kind == Kind.BOUNCED and event.reject_reason == RejectReason.INVALID:
        said = f"550 5.1.1 {said}"
    return Report(
        kind,
        " ".join(said.split()),
        frozenset(MESSAGE_ID.findall(event.message_id or "")),
        frozenset({event.recipient.lower()}),
    )
