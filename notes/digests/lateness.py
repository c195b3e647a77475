"""What is too late for its own week goes with the next digest, never a flood."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from notes.digests.schedule import Slot
from notes.models import Delivery
from notes.models.digest import DeliveryQuerySet

BATCH = 500
GIVE_UP_AFTER = timedelta(weeks=5)
MERGED = "Too late for its own week, so it goes with the next digest. "


def longest_delay() -> timedelta:
    """How long after its reader's hour a digest is still worth a mail of its own."""
    return timedelta(hours=settings.NEXUS_DIGEST_LATE_HOURS)


def clear_up(deliveries: DeliveryQuerySet, now: datetime) -> None:
    """Put off what has expired to each reader's next hour; give up what is very old."""
    deliveries.give_up("Not taken in time. ", now=now, before=now - GIVE_UP_AFTER)
    late = deliveries.expired(now).select_related("subscriber")
    late = late.only("due_at", "expires_at", "error", "subscriber").order_by("id")
    while batch := list(late[:BATCH]):
        for delivery in batch:
            delivery.due_at = Slot.of(delivery.subscriber).next_after(now)
            delivery.expires_at = delivery.due_at + longest_delay()
            delivery.error = f"{MERGED}{delivery.error.removeprefix(MERGED)}"[:500]
        Delivery.objects.bulk_update(batch, ["due_at", "expires_at", "error"])
