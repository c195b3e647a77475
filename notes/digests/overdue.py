"""The alarm: digests that should have been composed or sent by now and are not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min

from notes.digests.schedule import week_due
from notes.digests.wording import many
from notes.models import Delivery, Edition, Event, EventKind, Hub

GRACE = timedelta(hours=1)
DONE = [EventKind.DIGEST_COMPOSED, EventKind.DIGEST_SKIPPED]


@dataclass(frozen=True)
class Overdue:
    """A hub's digest that is late, since when and what it waits for."""

    hub: Hub
    week: str
    since: datetime
    what: str


def overdue(now: datetime) -> list[Overdue]:
    """Everything that has been late for over an hour; none is how it should be."""
    return [*_not_composed(now), *_not_sent(now)]


def _not_composed(now: datetime) -> Iterator[Overdue]:
    week = week_due(now)
    if now < week.end + GRACE:
        return
    recent = Event.objects.filter(kind__in=DONE, recorded_at__gte=week.start)
    done = recent.filter(data__week=str(week)).values("hub")
    composed = Edition.objects.filter(week=str(week)).values("hub")
    missing = Hub.objects.filter(created_at__lt=week.end).exclude(pk__in=done)
    for hub in missing.exclude(pk__in=composed):
        yield Overdue(hub, str(week), week.end, "has not been composed")


def _not_sent(now: datetime) -> Iterator[Overdue]:
    late = Delivery.objects.due(now - GRACE).order_by("edition_id")
    waiting = late.values("edition").annotate(since=Min("due_at"), count=Count("id"))
    editions = Edition.objects.select_related("hub").defer("pieces", "page")
    by_number = editions.in_bulk([row["edition"] for row in waiting])
    for row in waiting:
        edition = by_number[row["edition"]]
        what = f"waits to be sent to {many(row['count'], 'subscriber')}"
        yield Overdue(edition.hub, edition.week, row["since"], what)
