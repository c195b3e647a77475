"""The outbox: facts recorded in the transaction of the change they tell of."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from notes.models.hub import Hub
from notes.models.note import Note
from notes.models.subscriber import Subscription


class EventKind(models.TextChoices):
    """What can have happened, as `noun.verbed` in the past tense."""

    NOTE_SUBMITTED = "note.submitted"
    NOTE_EDITED = "note.edited"
    NOTE_MOVED = "note.moved"
    NOTE_WITHDRAWN = "note.withdrawn"
    SECTION_ADDED = "section.added"
    SECTION_RENAMED = "section.renamed"
    SECTION_MOVED = "section.moved"
    SECTION_REMOVED = "section.removed"
    CHECKLIST_CHANGED = "checklist.changed"
    README_IMPORTED = "readme.imported"
    README_PUBLISHED = "readme.published"
    REMOTE_CHANGED = "remote.changed"
    REMOTE_REMOVED = "remote.removed"
    PUSH_FELL_DUE = "push.fell_due"
    HANDEDIT_NOTICED = "handedit.noticed"
    HANDEDIT_SETTLED = "handedit.settled"
    LINKS_CHECK_REQUESTED = "links.check_requested"
    LINKS_CHECKED = "links.checked"
    LINKS_FELL_DUE = "links.fell_due"
    LINKS_DIED = "links.died"
    LINK_VERDICT_CHANGED = "link.verdict_changed"
    LINK_OVERRULED = "link.overruled"
    LINK_OVERRULE_WITHDRAWN = "link.overrule_withdrawn"
    SUBSCRIPTION_REQUESTED = "subscription.requested"
    SUBSCRIPTION_CONFIRMED = "subscription.confirmed"
    SUBSCRIPTION_CHANGED = "subscription.changed"
    SUBSCRIPTION_ENDED = "subscription.ended"
    DIGEST_FELL_DUE = "digest.fell_due"
    DIGEST_COMPOSED = "digest.composed"
    DIGEST_SKIPPED = "digest.skipped"
    DIGEST_TEST_REQUESTED = "digest.test_requested"
    DELIVERIES_FELL_DUE = "deliveries.fell_due"
    DELIVERY_SETTLED = "delivery.settled"
    DELIVERY_REPORTED = "delivery.reported"
    ADDRESS_SUPPRESSED = "address.suppressed"
    SUPPRESSION_LIFTED = "suppression.lifted"
    DIGEST_SENT = "digest.sent"
    HOUSEKEEPING_FELL_DUE = "housekeeping.fell_due"


class EventQuerySet(models.QuerySet["Event"]):
    def undispatched(self) -> Self:
        """Events that the relay has not made jobs of yet, oldest first."""
        return self.filter(dispatched_at=None).order_by("id")

    def unannounced(self) -> Self:
        """Events that the exchange for outside consumers has not got yet."""
        return self.filter(announced_at=None).order_by("id")


class Event(models.Model):
    kind = models.CharField(max_length=40, choices=EventKind)
    key = models.CharField(
        max_length=120,
        unique=True,
        null=True,
        blank=True,
        help_text="What may happen only once, such as digest:first-hub:2026-W47.",
    )
    hub = models.ForeignKey(Hub, models.CASCADE, null=True, related_name="events")
    note = models.ForeignKey(Note, models.CASCADE, null=True, related_name="events")
    subscription = models.ForeignKey(
        Subscription, models.CASCADE, null=True, related_name="events"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    data = models.JSONField(default=dict)
    recorded_at = models.DateTimeField(default=timezone.now)
    dispatched_at = models.DateTimeField(null=True)
    announced_at = models.DateTimeField(null=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(dispatched_at=None),
                name="undispatched_events",
            ),
            models.Index(
                fields=["id"],
                condition=models.Q(announced_at=None),
                name="unannounced_events",
            ),
            models.Index(fields=["recorded_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"
