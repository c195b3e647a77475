"""A note: what a learner submitted, and the README slice that shows it."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Self

from django.conf import settings
from django.db import models
from django.urls import reverse

from notes.models.hub import Hub, Section
from notes.readme.model import EntryForm


class Tag(models.Model):
    name = models.CharField(max_length=40, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class NoteQuerySet(models.QuerySet["Note"]):
    def published(self) -> Self:
        return self.filter(state=Note.State.PUBLISHED)

    def unplaced(self) -> Self:
        """Notes whose README slice does not show their present text yet."""
        return self.filter(is_placed=False)

    def placed(self) -> Self:
        """Notes that have a slice in the README, in its order."""
        placed = self.filter(placed_in__isnull=False)
        return placed.order_by("placed_in__position", "position", "id")

    def in_reading_order(self) -> Self:
        """As in the README; what is not in it yet comes at the end of its section."""
        return self.order_by(
            models.F("placed_in").asc(nulls_last=True), "position", "id"
        )

    def with_people(self) -> Self:
        """Together with what a list of notes says of each."""
        return self.select_related("author").prefetch_related("tags")

    def between(self, start: datetime, end: datetime) -> Self:
        """Notes submitted from ``start`` until just before ``end``."""
        return self.filter(submitted_at__gte=start, submitted_at__lt=end)


class Note(models.Model):
    """The fields are what the learner wrote; ``source`` and ``after`` are README bytes.

    ``source`` and the other slice fields are written by the README rebuild alone.
    Every byte of a README between a section's opening and the next section belongs to
    exactly one note: ``source`` is the note itself, ``after`` the text up to the next.
    """

    class State(models.TextChoices):
        PUBLISHED = "published"
        WITHDRAWN = "withdrawn"

    hub = models.ForeignKey(Hub, models.CASCADE, related_name="notes")
    section = models.ForeignKey(Section, models.PROTECT, related_name="notes")
    position = models.PositiveIntegerField(default=0)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="notes",
    )
    title = models.CharField(max_length=500, blank=True)
    body = models.TextField(blank=True)
    problem = models.TextField(blank=True)
    solution = models.TextField(blank=True)
    tags = models.ManyToManyField(Tag, blank=True, related_name="notes")
    state = models.CharField(max_length=20, choices=State, default=State.PUBLISHED)
    submitted_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    form = models.CharField(
        max_length=20,
        choices=[(form.value, form.value.replace("_", " ")) for form in EntryForm],
        default=EntryForm.ITEM.value,
    )
    placed_in = models.ForeignKey(
        Section,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="entries",
        help_text="Where its slice stands; `section` is where it belongs.",
    )
    source = models.TextField(blank=True, editable=False)
    after = models.TextField(blank=True, editable=False)
    is_placed = models.BooleanField(default=False, editable=False)
    are_links_read = models.BooleanField(
        default=False,
        editable=False,
        help_text="Its links are taken down as its present text has them.",
    )
    readme_version = models.PositiveBigIntegerField(default=0, editable=False)

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["section__position", "position", "id"]
        indexes = [
            models.Index(fields=["hub", "submitted_at"]),
            models.Index(fields=["hub", "state"]),
            models.Index(fields=["placed_in", "position"]),
            models.Index(
                fields=["hub"],
                condition=models.Q(is_placed=False),
                name="unplaced_notes",
            ),
            models.Index(
                fields=["hub"],
                condition=models.Q(are_links_read=False),
                name="notes_with_unread_links",
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"note {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("note_detail", args=[self.hub.slug, self.pk])

    @property
    def is_published(self) -> bool:
        return self.state == self.State.PUBLISHED

    @property
    def fingerprint(self) -> str:
        """Differs when the note says something else or is in another section."""
        texts = (self.title, self.body, self.problem, self.solution)
        written = "\0".join((str(self.section_id), *texts))
        return sha256(written.encode()).hexdigest()[:16]

    @property
    def markdown(self) -> str:
        """All that the learner wrote in this note, as one Markdown text."""
        return "\n\n".join(
            part for part in (self.body, self.problem, self.solution) if part
        )
