"""Freezes what happened in a week into an edition with a delivery per subscriber."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from notes.digests import render
from notes.digests.contents import gather
from notes.digests.render import Rendered
from notes.digests.schedule import Slot, Week
from notes.digests.wording import many
from notes.events import record_event
from notes.models import Delivery, Edition, EventKind, Hub, Subscription

BATCH = 500


@dataclass(frozen=True)
class Draft:
    """An edition that is not frozen yet; ``rendered`` is None for an empty week."""

    hub: Hub
    week: Week
    rendered: Rendered | None


def draft(hub: Hub, *, week: str) -> Draft:
    """Gather and render a week, with no transaction; raises WeekError."""
    contents = gather(hub, Week.parse(week))
    return Draft(
        hub=hub,
        week=contents.week,
        rendered=render.render(contents) if contents.items else None,
    )


def publish(draft: Draft, *, at: datetime) -> str:
    """Freeze the draft and queue its deliveries; a second time changes nothing.

    ``at`` is the moment at which the digest fell due: whose hour has come by then gets
    it at once. Must run in the transaction that ends the job.
    """
    week = draft.week
    if draft.hub.editions.filter(week=str(week)).exists():
        return f"the digest of week {week.number} had been composed before"
    if draft.rendered is None:
        return f"nothing happened in week {week.number}, so nothing is sent"
    edition = freeze(draft.hub, week, draft.rendered)
    readers = _queue_deliveries(edition, week, at)
    record_event(EventKind.DIGEST_COMPOSED, hub=draft.hub, week=str(week))
    return f"{edition.summary}; goes to {many(readers, 'subscriber')}"


def freeze(hub: Hub, week: Week, rendered: Rendered) -> Edition:
    return Edition.objects.create(
        hub=hub,
        week=str(week),
        subject=rendered.subject,
        summary=rendered.summary,
        text=rendered.text,
        html=rendered.html,
        page=rendered.page,
        composed_at=timezone.now(),
    )


def _queue_deliveries(edition: Edition, week: Week, at: datetime) -> int:
    now = timezone.now()
    deliveries = []
    for subscription in Subscription.objects.active().filter(hub=edition.hub):
        due_at = Slot.of(subscription).after(week)
        deliveries.append(
            Delivery(
                edition=edition,
                subscription=subscription,
                due_at=now if due_at <= at else due_at,
            )
        )
    Delivery.objects.bulk_create(deliveries, batch_size=BATCH)
    return len(deliveries)
