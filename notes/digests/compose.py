"""Freezes what happened in a week into an edition with a delivery per subscriber."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import Exists, OuterRef
from django.utils import timezone

from notes.digests import pieces, render
from notes.digests.contents import gather
from notes.digests.lateness import longest_delay
from notes.digests.ledger import announce_sent
from notes.digests.render import Rendered
from notes.digests.schedule import Slot, Week, first_week
from notes.digests.shards import record_waiting
from notes.digests.untold import BadLink, tell
from notes.digests.wording import many
from notes.events import record_event
from notes.models import (
    Delivery,
    Edition,
    EventKind,
    Hub,
    Subscriber,
    Subscription,
)

BATCH = 500


@dataclass(frozen=True)
class Draft:
    """An edition that is not frozen yet; ``rendered`` is None for an empty week."""

    hub: Hub
    week: Week
    rendered: Rendered | None
    broken_links: tuple[BadLink, ...]
    missing_anchors: tuple[BadLink, ...]


def draft(hub: Hub, *, week: str) -> Draft:
    """Gather and render a week, with no transaction; raises WeekError."""
    chosen = Week.parse(week)
    contents = gather(hub, chosen, since=_since(hub, chosen))
    return Draft(
        hub=hub,
        week=contents.week,
        rendered=render.render(contents) if contents.items else None,
        broken_links=contents.broken_links,
        missing_anchors=contents.missing_anchors,
    )


def _since(hub: Hub, week: Week) -> Week:
    """After the newest week before it that had its digest or was found empty."""
    empty = hub.events.filter(kind=EventKind.DIGEST_SKIPPED)
    weeks = {
        *hub.editions.values_list("week", flat=True),
        *empty.values_list("data__week", flat=True),
    }
    told = max((one for one in map(Week.parse, weeks) if one < week), default=None)
    return first_week(week, told=told, born=hub.created_at)


def publish(draft: Draft, *, at: datetime) -> str:
    """Freeze the draft and queue its deliveries; a second time changes nothing.

    ``at`` is the moment to which it is done: whose hour has come by then gets it at
    once, or if that was too long ago with the next digest. Must run in the transaction
    that ends the job.
    """
    week = draft.week
    if draft.hub.editions.filter(week=str(week)).exists():
        return f"the digest of week {week.number} had been composed before"
    if draft.rendered is None:
        record_event(EventKind.DIGEST_SKIPPED, hub=draft.hub, week=str(week))
        record_waiting(timezone.now())
        return f"nothing happened in week {week.number}, so nothing is sent"
    edition = freeze(draft.hub, week, draft.rendered)
    edition.save()
    tell(draft.hub, broken=draft.broken_links, lacking_anchor=draft.missing_anchors)
    readers = _queue_deliveries(edition, week, at)
    announce_sent([edition.pk])
    record_event(EventKind.DIGEST_COMPOSED, hub=draft.hub, week=str(week))
    record_waiting(timezone.now())
    return f"{edition.summary}; goes to {many(readers, 'subscriber')}"


def freeze(hub: Hub, week: Week, rendered: Rendered) -> Edition:
    """The edition as a row that is not saved yet."""
    return Edition(
        hub=hub,
        week=str(week),
        subject=rendered.subject,
        summary=rendered.summary,
        pieces=pieces.freeze(rendered.pieces),
        page=rendered.page,
        composed_at=timezone.now(),
    )


def _queue_deliveries(edition: Edition, week: Week, at: datetime) -> int:
    now = timezone.now()
    readers = _readers(edition)
    count = 0
    while batch := list(islice(readers, BATCH)):
        Delivery.objects.bulk_create(
            _delivery(edition, reader, week, at, now) for reader in batch
        )
        count += len(batch)
    return count


def _readers(edition: Edition) -> Iterator[Subscriber]:
    """Who follows the hub; ``has_had_mail`` says that this week's has left already."""
    following = Subscription.objects.active().following(edition.hub)
    readers = Subscriber.objects.filter(id__in=following.values("subscriber_id"))
    this_week = Delivery.objects.filter(
        subscriber=OuterRef("pk"), edition__week=edition.week, sending_at__isnull=False
    )
    annotated = readers.annotate(has_had_mail=Exists(this_week)).order_by("id")
    return annotated.iterator(chunk_size=BATCH)


def _delivery(
    edition: Edition, reader: Subscriber, week: Week, at: datetime, now: datetime
) -> Delivery:
    """Due at the reader's hour, once a week: what comes late goes with the next."""
    slot = Slot.of(reader)
    due_at = slot.after(week.next if reader.has_had_mail else week)  # type: ignore[attr-defined]
    if at - due_at > longest_delay():
        due_at = slot.next_after(at)
    due_at = now if due_at <= at else max(due_at, now)
    return Delivery(
        edition=edition,
        subscriber=reader,
        due_at=due_at,
        expires_at=due_at + longest_delay(),
    )
