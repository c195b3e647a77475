"""Weekly editions of a hub's digest and the ledger of who got which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from django.urls import reverse

from notes.models.hub import Hub
from notes.models.subscriber import Subscriber

# Longer than any mail server is waited for.
LEASE = timedelta(minutes=1)
PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=4)


class Edition(models.Model):
    """The digest of one ISO week of one hub, its contents frozen when composed.

    ``pieces`` are what mails are put together from (see ``notes.digests.pieces``);
    ``page`` is the same content for the hub's archive.
    """

    hub = models.ForeignKey(Hub, models.CASCADE, related_name="editions")
    week = models.CharField(max_length=8, help_text="An ISO week such as 2026-W47.")
    subject = models.CharField(max_length=300)
    summary = models.CharField(max_length=300)
    pieces = models.JSONField(default=list)
    page = models.TextField()
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
    def of_shard(self, shard: int) -> Self:
        """What one job sends; a reader's deliveries are all in the same shard."""
        remainder = F("subscriber_id") % settings.NEXUS_MAIL_SHARDS
        return self.alias(remainder=remainder).filter(remainder=shard)

    def queued(self) -> Self:
        return self.filter(state=Delivery.State.QUEUED)

    def due(self, now: datetime) -> Self:
        """Queued deliveries whose moment has come."""
        return self.queued().filter(due_at__lte=now)

    def left_over(self, now: datetime) -> Self:
        """What has been on its way for longer than any run waits for an answer."""
        return self.filter(state=Delivery.State.SENDING, sending_at__lte=now - LEASE)

    def doubt_leftovers(self, now: datetime) -> int:
        """Hold what an earlier run left in ``sending``: it may have arrived.

        Should that run still be alive, it knows better and settles its delivery yet.
        """
        return self.left_over(now).update(
            state=Delivery.State.DOUBT,
            error="The sender was stopped before the mail server had answered.",
        )

    def settle(self, ids: Iterable[int], **changes: object) -> int:
        """Only the run that claimed deliveries calls this, and it knows the answer."""
        unsettled = [Delivery.State.SENDING, Delivery.State.DOUBT]
        return self.filter(id__in=ids, state__in=unsettled).update(**changes)

    def expired(self, now: datetime) -> Self:
        """What is too late to be sent by itself."""
        return self.queued().filter(expires_at__lte=now)

    def give_up(self, reason: str, *, now: datetime, before: datetime) -> int:
        """Nobody wants last month's digest: what is so old is not sent any more."""
        error = Substr(Concat(Value(reason), F("error")), 1, 500)
        old = self.expired(now).filter(edition__composed_at__lte=before)
        return old.update(state=Delivery.State.FAILED, error=error)

    def counted(self) -> list[tuple[str, int]]:
        """The states that occur with how often they do, in the order of a life."""
        counts = self.counts()
        return [(state, counts[state]) for state in Delivery.State if counts[state]]

    def counts(self) -> Counter[str]:
        """How many deliveries are in each state."""
        rows = self.order_by().values_list("state").annotate(models.Count("id"))
        return Counter(dict(rows))


class Delivery(models.Model):
    """One edition for one subscriber; all that are due to somebody are one mail.

    ``sending`` is committed before the message leaves, ``sent`` after the server took
    it. What a crash leaves in between becomes ``doubt``: it may have arrived, so it is
    never sent again by itself. ``due_at`` is the reader's hour, or the moment of the
    next try.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"
        DOUBT = "doubt"
        CANCELLED = "cancelled"
        SKIPPED = "skipped"

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="deliveries")
    subscriber = models.ForeignKey(
        Subscriber, models.CASCADE, related_name="deliveries"
    )
    state = models.CharField(max_length=20, choices=State, default=State.QUEUED)
    error = models.CharField(max_length=500, blank=True)
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sending_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "subscriber"], name="one_delivery_per_subscriber"
            ),
        ]
        indexes = [
            models.Index(fields=["edition", "state"]),
            models.Index(
                fields=["due_at", "subscriber"],
                condition=models.Q(state="queued"),
                name="due_deliveries",
            ),
            models.Index(
                fields=["sending_at"],
                condition=models.Q(state="sending"),
                name="deliveries_on_their_way",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edition} to {self.subscriber}"


class PauseQuerySet(models.QuerySet["Pause"]):
    def prolong(self, domain: str, answer: str, now: datetime) -> Pause:
        """Wait as long as it has been going on already, so twice as long each time."""
        pause, _ = self.get_or_create(
            domain=domain, defaults={"since": now, "until": now}
        )
        pause.until = now + min(max(now - pause.since, PAUSE), LONGEST_PAUSE)
        pause.answer = answer[:500]
        pause.save(update_fields=["until", "answer"])
        return pause


class Pause(models.Model):
    """A domain whose server took no mail for now; nobody sends there until it ends."""

    domain = models.CharField(max_length=255, unique=True)
    since = models.DateTimeField()
    until = models.DateTimeField()
    answer = models.CharField(max_length=500, blank=True)

    objects = PauseQuerySet.as_manager()

    class Meta:
        ordering = ["domain"]

    def __str__(self) -> str:
        return f"{self.domain} until {self.until:%Y-%m-%d %H:%M}"
