"""Which shards of the readers have mail to get: one event and so one job for each.

A message to a worker holds a shard's number and nothing about anybody.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from notes.digests.schedule import weeks_in_the_making
from notes.events import record_event, record_event_once
from notes.models import Delivery, EventKind
from notes.models.digest import DeliveryQuerySet

STALLED_AFTER = timedelta(minutes=10)


def sendable(now: datetime) -> DeliveryQuerySet:
    """What is due and not held up by the digests that are being composed."""
    return Delivery.objects.due(now).exclude(edition__week__in=weeks_in_the_making(now))


def record_waiting(now: datetime) -> None:
    """Have everything sent that can be sent now. Must run in a transaction."""
    for shard in _shards(sendable(now)):
        record_event(EventKind.DELIVERIES_FELL_DUE, shard=shard)


def record_due(*, at: datetime) -> int:
    """Record, for the clock, that readers' hours have come; how often was new.

    Also that mail waits which nobody sends, at most once an hour and shard: that is
    what gets a digest out after hours in which the mail server was away.
    """
    waiting = _shards(sendable(at)) | _shards(Delivery.objects.left_over(at))
    turns = {shard: _turn(shard, at) for shard in sorted(waiting)}
    return sum(
        record_event_once(
            EventKind.DELIVERIES_FELL_DUE, key=f"deliveries:{shard}:{turn}", shard=shard
        )
        for shard, turn in turns.items()
        if turn
    )


def _shards(deliveries: DeliveryQuerySet) -> set[int]:
    remainder = F("subscriber_id") % settings.NEXUS_MAIL_SHARDS
    numbered = deliveries.order_by().annotate(shard=remainder)
    return set(numbered.values_list("shard", flat=True).distinct())


def _turn(shard: int, at: datetime) -> str:
    """The quarter of an hour in which deliveries newly fell due, else the hour.

    Empty when somebody has just been at work on what fell due before.
    """
    deliveries = Delivery.objects.of_shard(shard)
    quarter = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
    if deliveries.due(at).filter(due_at__gte=quarter).exists():
        return f"{quarter:%Y-%m-%dT%H:%M}"
    if deliveries.filter(sending_at__gte=at - STALLED_AFTER).exists():
        return ""
    return f"{at:%Y-%m-%dT%H}"
