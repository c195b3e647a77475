"""What somebody did by hand to a README that we publish, waiting to be looked at."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from notes.models.hub import Hub
from notes.models.note import Note
from notes.readme.model import ChangeKind


class HandEditQuerySet(models.QuerySet["HandEdit"]):
    def open(self) -> Self:
        """Those that no push has gone over yet."""
        return self.filter(closed_at=None).order_by("id")

    def close(self) -> int:
        return self.filter(closed_at=None).update(closed_at=timezone.now())


class HandEdit(models.Model):
    """One commit of another hand; ``theirs`` is the whole README as it was there."""

    hub = models.ForeignKey(Hub, models.CASCADE, related_name="hand_edits")
    commit = models.CharField(max_length=40)
    place = models.CharField(max_length=500)
    theirs = models.TextField(blank=True)
    author_name = models.CharField(max_length=200, blank=True)
    author_email = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    written_at = models.DateTimeField(null=True)
    found_at = models.DateTimeField(default=timezone.now)
    settled_version = models.PositiveBigIntegerField(
        default=0, help_text="The README that has what was accepted."
    )
    closed_at = models.DateTimeField(null=True)

    objects = HandEditQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["hub"], condition=Q(closed_at=None), name="open_hand_edits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commit[:7]} at {self.place}"


class PendingChangeQuerySet(models.QuerySet["PendingChange"]):
    def pending(self, hub: Hub) -> Self:
        """What a person has to look at before the hub's README is pushed again."""
        return self.filter(
            hand_edit__hub=hub,
            hand_edit__closed_at=None,
            state=PendingChange.State.PENDING,
        )

    def follow(self, accepted: PendingChange) -> None:
        """Let the changes beside an accepted one find their place by its new text."""
        for change in self.filter(hand_edit=accepted.hand_edit_id):
            for name in ("context", "below"):
                text = getattr(change, name).replace(accepted.before, accepted.after)
                if accepted.before and text:
                    setattr(change, name, text)
            change.save(update_fields=["context", "below"])

    def decide(self, change: PendingChange, state: str) -> bool:
        """Accept or decline, once: False when somebody else was faster."""
        pending = self.filter(pk=change.pk, state=PendingChange.State.PENDING)
        return bool(pending.update(state=state, decided_at=timezone.now()))


class PendingChange(models.Model):
    """One change of a hand edit; its text stays here whatever is decided."""

    class State(models.TextChoices):
        PENDING = "pending"
        ACCEPTED = "accepted"
        DECLINED = "declined"

    hand_edit = models.ForeignKey(HandEdit, models.CASCADE, related_name="changes")
    kind = models.CharField(
        max_length=20, choices=[(kind.value, kind.value) for kind in ChangeKind]
    )
    note = models.ForeignKey(Note, models.SET_NULL, null=True, related_name="+")
    section = models.CharField(max_length=500, blank=True)
    title = models.CharField(max_length=500, blank=True)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    context = models.TextField(blank=True)
    below = models.TextField(blank=True)
    state = models.CharField(max_length=20, choices=State, default=State.PENDING)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    objects = PendingChangeQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.title or self.section}"
