"""The state of a hub's README: which version is asked for, which is published."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, models

from notes.models.hub import Hub

# The ORM has no UPDATE ... RETURNING, and a submission should wait for one statement,
# not for two.
NEXT_VERSION = """
    UPDATE notes_readme SET requested = requested + 1 WHERE hub_id = %s
    RETURNING requested
"""


class ReadmeQuerySet(models.QuerySet["Readme"]):
    def request_rebuild(self, hub: Hub) -> int:
        """Ask for a version newer than any asked for before, and return its number.

        Must run in the transaction of the change that the version shows.
        """
        with connection.cursor() as cursor:
            cursor.execute(NEXT_VERSION, [hub.pk])
            return int(cursor.fetchone()[0])

    def publish(
        self, hub: Hub, *, version: int, commit: str, blob: str, at: datetime
    ) -> bool:
        """Record ``version`` as published unless a newer one already is."""
        newer = self.filter(hub=hub, published__lt=version)
        return bool(
            newer.update(published=version, commit=commit, blob=blob, published_at=at)
        )


class Readme(models.Model):
    """``commit`` and ``blob`` are git's names of what was published last."""

    hub = models.OneToOneField(Hub, models.CASCADE, related_name="readme")
    preamble = models.TextField(blank=True)
    requested = models.PositiveBigIntegerField(default=0)
    published = models.PositiveBigIntegerField(default=0)
    commit = models.CharField(max_length=40, blank=True)
    blob = models.CharField(max_length=40, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = ReadmeQuerySet.as_manager()

    def __str__(self) -> str:
        return f"README of {self.hub}"

    def shows(self, version: int) -> bool:
        """Whether the published README has the change that asked for ``version``."""
        return self.published >= version

    @property
    def short_commit(self) -> str:
        return self.commit[:7]
