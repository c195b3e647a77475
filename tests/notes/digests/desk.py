"""What a sender's tests do and look at."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from notes.digests import deliver, ledger
from notes.digests.ledger import Claim, Shelf
from notes.models import (
    Delivery,
    Edition,
    Subscription,
)

ADA, GRACE, LINUS = (f"{name}@example.org" for name in ("ada", "grace", "linus"))

LOCAL_CACHE = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


def send(*, shard: int = 0, seconds: float = 60) -> str:
    """What the job does."""
    run = deliver.send_shard(shard, seconds=seconds)
    with transaction.atomic():
        return deliver.record_run(shard, run)


def states(edition: Edition) -> dict[str, str]:
    return dict(edition.deliveries.values_list("subscriber__email", "state"))


def delivery_to(edition: Edition, email: str) -> Delivery:
    return edition.deliveries.get(subscriber__email=email)


def later(delivery: Delivery, **delta: float) -> None:
    """Let some time pass for one delivery."""
    rows = Delivery.objects.filter(pk=delivery.pk)
    rows.update(
        due_at=F("due_at") - timedelta(**delta),
        expires_at=F("expires_at") - timedelta(**delta),
        sending_at=F("sending_at") - timedelta(**delta),
    )


def subscription_of(edition: Edition, email: str) -> Subscription:
    return Subscription.objects.get(subscriber__email=email)


def claim(edition: Edition, email: str) -> list[Claim]:
    subscriber = delivery_to(edition, email).subscriber
    now = timezone.now()
    claims = ledger.plan([subscriber], Shelf(), due_by=now)
    return [
        got for one in claims for got in ledger.claim_alone(one, Shelf(), due_by=now)
    ]
