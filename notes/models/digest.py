"""Weekly editions of a hub's digest and the ledger of who got which."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.urls import reverse

from notes.models.hub import Hub
from notes.models.subscriber import Subscription


class Edition(models.Model):
    """The digest of one ISO week of one hub, its contents frozen when composed."""

    hub = models.ForeignKey(Hub, models.CASCADE, related_name="editions")
    week = models.CharField(max_length=8, help_text="An ISO week such as 2026-W47.")
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField()
    composed_at = models.DateTimeField()

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
    sending_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "subscription"], name="one_delivery_per_subscription"
            ),
        ]
        indexes = [models.Index(fields=["edition", "state"])]

    def __str__(self) -> str:
        return f"{self.edition} to {self.subscription}"
