"""What people say of links against the checks: it works, I looked."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from notes.models.hub import Hub
from notes.models.link import Link


class OverruleQuerySet(models.QuerySet["Overrule"]):
    def standing(self, hub: Hub) -> Self:
        """Those that nobody has withdrawn."""
        return self.filter(hub=hub, withdrawn_at=None)


class Overrule(models.Model):
    """It holds in one hub and for one URL; withdrawn ones stay as history."""

    hub = models.ForeignKey(Hub, models.CASCADE, related_name="overrules")
    link = models.ForeignKey(Link, models.CASCADE, related_name="overrules")
    reason = models.CharField(max_length=300)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)

    objects = OverruleQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["hub", "link"],
                condition=Q(withdrawn_at=None),
                name="one_standing_overrule",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.link}: {self.reason}"
