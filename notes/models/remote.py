"""Where a hub's README is published besides the hub's own repository."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.utils import timezone

from notes.models.hub import Hub


class RemoteQuerySet(models.QuerySet["Remote"]):
    def as_it_was(self, remote: Remote) -> Self:
        """The row, unless somebody has changed it since ``remote`` was read."""
        return self.filter(pk=remote.pk, changed_at=remote.changed_at)

    def away(self, *, until: datetime) -> Self:
        """Those whose last push failed by what may pass, so long ago."""
        return self.filter(away_at__lte=until)


class Remote(models.Model):
    """The repository and the way in; ``token`` and ``ssh_key`` hold only ciphertext."""

    class Mode(models.TextChoices):
        DIRECT = "direct", "Push to the branch"
        PROPOSAL = "proposal", "Push to another branch, for a pull request"
        MARKERS = "markers", "Change only what stands between two markers"

    hub = models.OneToOneField(Hub, models.CASCADE, related_name="remote")
    url = models.CharField(max_length=500)
    branch = models.CharField(max_length=200, default="main")
    path = models.CharField(max_length=300, default="README.md")
    mode = models.CharField(max_length=20, choices=Mode, default=Mode.DIRECT)
    proposal = models.CharField(max_length=200, blank=True)
    username = models.CharField(max_length=200, blank=True)
    token = models.TextField(blank=True, editable=False)
    ssh_key = models.TextField(blank=True, editable=False)
    known_hosts = models.TextField(blank=True)
    changed_at = models.DateTimeField(default=timezone.now)
    pushed_commit = models.CharField(max_length=40, blank=True)
    checked_at = models.DateTimeField(
        null=True, help_text="What was published before is there, or waits for people."
    )
    away_at = models.DateTimeField(null=True, editable=False)

    objects = RemoteQuerySet.as_manager()

    def __str__(self) -> str:
        return self.place

    @property
    def place(self) -> str:
        """The repository as people call it: host and path, without how to get in."""
        without_scheme = self.url.partition("://")[2] or self.url
        return without_scheme.rpartition("@")[2].removesuffix(".git")

    @property
    def target_branch(self) -> str:
        """The branch that gets our commits."""
        return self.proposal if self.mode == self.Mode.PROPOSAL else self.branch
