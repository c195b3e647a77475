"""Weekly editions of a hub's digest and the ledger of who got which."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Value
from django.db.models.functions import Concat, Substr
from django.urls import reverse
from django.utils import timezone

from notes.models.hub import Hub
from notes.models.subscriber import Subscription


class EditionQuerySet(models.QuerySet["Edition"]):
    def stalled(self, *, at: datetime, since: datetime) -> Self:
        """Editions with mail due ``at`` that nobody has worked on ``since``."""
        deliveries = Delivery.objects.filter(edition=OuterRef("pk"))
        return self.filter(
            Exists(deliveries.due(at)),
            ~Exists(deliveries.filter(sending_at__gte=since)),
            composed_at__lt=since,
        )


class Edition(models.Model):
    """The digest of one ISO week of one hub, its contents frozen when composed.

    ``text`` and ``html`` are the two parts of the mail, with a placeholder where each
    reader's own link goes; ``page`` is the same content for the hub's archive.
    """

    hub = models.ForeignKey(Hub, models.CASCADE, related_name="editions")
    week = models.CharField(max_length=8, help_text="An ISO week such as 2026-W47.")
    subject = models.CharField(max_length=300)
    summary = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField()
    page = models.TextField()
    composed_at = models.DateTimeField()

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = ["-week"]
        constraints = [
            models.UniqueConstraint(
                fields=["hub", "week"], name="one_edition_per_week"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hub} {self.week}"

    def get_absolute_url(self) -> str:
        return reverse("edition_detail", args=[self.hub.slug, self.week])


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def queued(self) -> Self:
        return self.filter(state=Delivery.State.QUEUED)

    def due(self, now: datetime) -> Self:
        """Queued deliveries whose reader's hour has come."""
        return self.queued().filter(due_at__lte=now)

    def doubt_leftovers(self) -> int:
        """Hold what an earlier run left in ``sending``: it may have arrived.

        Should that run still be alive, it knows better and settles its delivery yet.
        """
        leftovers = self.filter(state=Delivery.State.SENDING)
        return leftovers.update(
            state=Delivery.State.DOUBT,
            error="The sender was stopped before the mail server had answered.",
        )

    def claim(self, delivery_id: int) -> bool:
        """Take a queued delivery for sending; one of two who try gets it.

        Whoever has unsubscribed meanwhile gets nothing any more.
        """
        queued = self.queued().filter(id=delivery_id)
        active = queued.filter(subscription__in=Subscription.objects.active())
        if active.update(state=Delivery.State.SENDING, sending_at=timezone.now()):
            return True
        reason = "Unsubscribed meanwhile, or the address does not exist any more."
        queued.update(state=Delivery.State.CANCELLED, error=reason)
        return False

    def give_up(self, reason: str, *, before: datetime) -> int:
        """Nobody wants last month's digest: what was due so long ago is not sent."""
        error = Substr(Concat(Value(reason), F("error")), 1, 500)
        return self.due(before).update(state=Delivery.State.FAILED, error=error)

    def counted(self) -> list[tuple[str, int]]:
        """The states that occur with how often they do, in the order of a life."""
        counts = self.counts()
        return [(state, counts[state]) for state in Delivery.State if counts[state]]

    def counts(self) -> Counter[str]:
        """How many deliveries are in each state."""
        rows = self.order_by().values_list("state").annotate(models.Count("id"))
        return Counter(dict(rows))


class Delivery(models.Model):
    """One edition for one subscriber.

    ``sending`` is committed before the message leaves, ``sent`` after the server took
    it. What a crash leaves in between becomes ``doubt``: it may have arrived, so it is
    never sent again by itself.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"
        DOUBT = "doubt"
        CANCELLED = "cancelled"

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="deliveries")
    subscription = models.ForeignKey(
        Subscription, models.CASCADE, related_name="deliveries"
    )
    state = models.CharField(max_length=20, choices=State, default=State.QUEUED)
    error = models.CharField(max_length=500, blank=True)
    due_at = models.DateTimeField()
    sending_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "subscription"], name="one_delivery_per_subscription"
            ),
        ]
        indexes = [models.Index(fields=["edition", "state", "due_at"])]

    def __str__(self) -> str:
        return f"{self.edition} to {self.subscription}"

    def mark_sent(self) -> bool:
        return self._settle(state=self.State.SENT, sent_at=timezone.now(), error="")

    def mark_failed(self, reason: str) -> bool:
        return self._settle(state=self.State.FAILED, error=reason[:500])

    def mark_in_doubt(self, reason: str) -> bool:
        return self._settle(state=self.State.DOUBT, error=reason[:500])

    def put_back(self, reason: str) -> bool:
        """Queue it again: the server has certainly not taken it."""
        return self._settle(state=self.State.QUEUED, error=reason[:500])

    def _settle(self, **changes: object) -> bool:
        """Only the run that claimed a delivery calls this, and it knows the answer."""
        unsettled = Delivery.objects.filter(
            id=self.id, state__in=[self.State.SENDING, self.State.DOUBT]
        )
        return unsettled.update(**changes) == 1
