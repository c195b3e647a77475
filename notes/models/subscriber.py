"""People who get the weekly digest by mail, and which hubs they follow."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.contrib.auth.models import AnonymousUser, User
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from notes.models.hub import Hub


class SubscriberManager(models.Manager["Subscriber"]):
    def of(self, user: User | AnonymousUser) -> Subscriber | None:
        """Who reads with the address of an account, having confirmed that once."""
        email = getattr(user, "email", "").lower()
        # As the unique index has it, so that a hub's page costs one look into that.
        found = self.alias(address=Lower("email")).filter(address=email)
        confirmed = found.filter(subscriptions__confirmed_at__isnull=False)
        return confirmed.first() if email else None

    def unconfirmed(self, *, since: datetime) -> models.QuerySet[Subscriber]:
        """Addresses that somebody typed, and that nobody has ever answered from."""
        alive = Q(confirmed_at__isnull=False) | Q(requested_at__gte=since)
        known = Subscription.objects.filter(alive).values("subscriber")
        typed = self.filter(created_at__lt=since, refused_at=None)
        return typed.exclude(pk__in=known)


class Subscriber(models.Model):
    """One mail address, whatever it follows; it gets one mail a week, at its hour.

    Once its mail server has said that there is no such address, it gets nothing more
    until somebody confirms a subscription from there again.
    """

    class Weekday(models.IntegerChoices):
        MONDAY = 0
        TUESDAY = 1
        WEDNESDAY = 2
        THURSDAY = 3
        FRIDAY = 4
        SATURDAY = 5
        SUNDAY = 6

    email = models.EmailField()
    weekday = models.PositiveSmallIntegerField(choices=Weekday, default=Weekday.MONDAY)
    hour = models.PositiveSmallIntegerField(
        default=7, validators=[MaxValueValidator(23)]
    )
    time_zone = models.CharField(
        max_length=64, default="UTC", help_text="Such as Europe/Berlin."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    refusal = models.CharField(max_length=500, blank=True)

    objects = SubscriberManager()

    class Meta:
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_subscriber_per_address"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def domain(self) -> str:
        return self.email.rpartition("@")[2].lower()

    def refuse(self, reason: str) -> None:
        """Send nothing there any more; also for editions that are queued."""
        self.refused_at = timezone.now()
        self.refusal = reason[:500]
        self.save(update_fields=["refused_at", "refusal"])


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def active(self) -> Self:
        """Confirmed, not ended, and at an address that exists."""
        return self.wanted().filter(subscriber__refused_at=None)

    def wanted(self) -> Self:
        """Confirmed and not ended, whatever became of the address."""
        return self.filter(confirmed_at__isnull=False, ended_at=None)

    def unanswered(self, *, since: datetime) -> Self:
        """What was asked for and has led to nothing yet."""
        asked = self.filter(requested_at__gte=since)
        for answer in ("confirmed_at", "ended_at", "subscriber__refused_at"):
            before = Q(**{f"{answer}__lt": F("requested_at")})
            asked = asked.filter(Q(**{answer: None}) | before)
        return asked

    def following(self, hub: Hub) -> Self:
        """Those of the hub itself and those of all hubs."""
        return self.filter(Q(hub=hub) | Q(hub=None))


class Subscription(models.Model):
    """That an address follows a hub, or all of them: asked for, confirmed, ended.

    Without a hub it is about all hubs, those that are yet to come among them. With
    tags only the notes that have one of them are of interest.
    """

    subscriber = models.ForeignKey(
        Subscriber, models.CASCADE, related_name="subscriptions"
    )
    hub = models.ForeignKey(
        Hub, models.CASCADE, null=True, blank=True, related_name="subscriptions"
    )
    tags = models.JSONField(default=list, blank=True)
    requested_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber", "hub"], name="one_subscription_per_hub"
            ),
            models.UniqueConstraint(
                fields=["subscriber"],
                condition=Q(hub=None),
                name="one_subscription_to_all_hubs",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber} follows {self.subject}"

    @property
    def subject(self) -> str:
        """What is followed, in words."""
        return str(self.hub) if self.hub else "all hubs"

    @property
    def is_active(self) -> bool:
        return (
            self.confirmed_at is not None
            and self.ended_at is None
            and self.subscriber.refused_at is None
        )
