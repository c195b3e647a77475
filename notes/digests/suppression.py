"""Addresses that get nothing any more: who, since when, why; and lifting that."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from notes.events import record_event
from notes.models import EventKind, Subscriber


@transaction.atomic
def suppress(*, subscriber: Subscriber, reason: str) -> bool:
    """Send nothing there any more; False if that was so before."""
    row = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
    if row.refused_at:
        return False
    row.refuse(reason)
    record_event(EventKind.ADDRESS_SUPPRESSED, subscriber=row.pk, reason=row.refusal)
    return True


@transaction.atomic
def lift(*, subscriber: Subscriber, operator: User) -> bool:
    """Send there again what is confirmed and not ended; False if that was so before."""
    suppressed = Subscriber.objects.filter(pk=subscriber.pk, refused_at__isnull=False)
    if not suppressed.update(refused_at=None, refusal=""):
        return False
    record_event(EventKind.SUPPRESSION_LIFTED, actor=operator, subscriber=subscriber.pk)
    return True
