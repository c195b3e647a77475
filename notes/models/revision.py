"""Which notes a commit of a hub's README is about; all else of it is in git."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models

from notes.models.hub import Hub
from notes.models.note import Note


class RevisionQuerySet(models.QuerySet["Revision"]):
    def remember(self, hub: Hub, *, commit: str, notes: Iterable[int]) -> Revision:
        """Keep which notes changed with the commit; twice is as good as once."""
        revision = self.get_or_create(hub=hub, commit=commit)[0]
        revision.notes.add(*notes)
        return revision


class Revision(models.Model):
    hub = models.ForeignKey(Hub, models.CASCADE, related_name="revisions")
    commit = models.CharField(max_length=40)
    notes = models.ManyToManyField(Note, related_name="revisions")

    objects = RevisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hub", "commit"], name="one_revision"),
        ]

    def __str__(self) -> str:
        return f"{self.hub} at {self.commit[:7]}"
