"""What is offered in place of dead links, and who has been told of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from notes.models.hub import Hub
from notes.models.link import Link


class ArchivedCopy(models.Model):
    """The newest copy of a dead page; ``url`` is empty where the archive has none."""

    link = models.OneToOneField(Link, models.CASCADE, related_name="archived_copy")
    url = models.CharField(max_length=2000, blank=True)
    taken_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "archived copies"

    def __str__(self) -> str:
        return self.url or f"no copy of {self.link}"


class DeathNotice(models.Model):
    """A digest told this author of a dead link; gone when the link is back.

    Without an author it is about notes that came with the README.
    """

    hub = models.ForeignKey(Hub, models.CASCADE, related_name="+")
    link = models.ForeignKey(Link, models.CASCADE, related_name="death_notices")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hub", "link", "author"], name="one_notice_per_author"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.link} to {self.author or 'nobody'}"
