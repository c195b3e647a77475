"""A hub: one README, its sections, its members."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse

from notes.readme.model import SectionKind


class Hub(models.Model):
    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    checklist = models.JSONField(
        null=True,
        blank=True,
        help_text="Titles of the sections that the README should have; "
        "those of the programme unless somebody said so.",
    )

    class Meta:
        ordering = ["title", "id"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("hub_detail", args=[self.slug])

    @property
    def waiting_changes(self) -> int:
        """How many hand edits on the remote a maintainer has to decide about."""
        waiting = self.hand_edits.filter(closed_at=None, changes__state="pending")
        return waiting.count()


class Membership(models.Model):
    """A person who may write in a hub; a maintainer may also import and configure."""

    class Role(models.TextChoices):
        LEARNER = "learner"
        MAINTAINER = "maintainer"

    hub = models.ForeignKey(Hub, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=20, choices=Role, default=Role.LEARNER)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hub", "user"], name="one_membership"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.hub}"


class SectionQuerySet(models.QuerySet["Section"]):
    def with_note_count(self) -> SectionQuerySet:
        """How many published notes each has."""
        is_published = models.Q(notes__state="published")
        count = models.Count("notes", filter=is_published)
        # The checker makes a class of its own for what annotate() returns.
        return self.annotate(note_count=count)  # type: ignore[no-redef]


class Section(models.Model):
    """One heading of the README with the text up to its first note."""

    hub = models.ForeignKey(Hub, models.CASCADE, related_name="sections")
    position = models.PositiveIntegerField()
    level = models.PositiveSmallIntegerField(default=2)
    title = models.CharField(max_length=500, blank=True)
    kind = models.CharField(
        max_length=20,
        choices=[(kind.value, kind.value.replace("_", " ")) for kind in SectionKind],
        default=SectionKind.FREE.value,
    )
    opening = models.TextField(blank=True)

    note_count: int  # only with `with_note_count`

    objects = SectionQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        indexes = [models.Index(fields=["hub", "position"])]

    def __str__(self) -> str:
        return self.title or "(no heading)"
