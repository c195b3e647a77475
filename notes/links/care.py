"""What people do about links; the looking itself is the workers' business."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from notes.events import record_event
from notes.links.record import FRESH
from notes.models import EventKind, Hub, Link


@transaction.atomic
def request_check(*, hub: Hub, actor: User) -> int:
    """Have every link looked at that nobody looked at within the hour; how many."""
    now = timezone.now()
    fresh = Link.objects.looked_at_since(now - FRESH).values("pk")
    count = Link.objects.in_hub(hub).exclude(pk__in=fresh).update(due_at=now)
    if count:
        record_event(EventKind.LINKS_CHECK_REQUESTED, hub=hub, actor=actor, links=count)
    return count
