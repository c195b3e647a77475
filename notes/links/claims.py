"""Whose links are whose to look at: a claim keeps two workers off the same page.

A claim is a lease on the row. What a run has looked at is kept as it goes, with the
claim given up; what a killed run leaves behind is free when the lease has ended, and at
once for the next run of the same job.
"""

from __future__ import annotations

import uuid
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from notes.models import Link
from notes.models.link import LinkQuerySet

# Longer than a handler may run, so that nobody else takes what a living run holds.
LEASE = timedelta(seconds=150)
# What somebody has just looked at need not be looked at again.
FRESH = timedelta(hours=1)
WHAT_A_LOOK_NEEDS = ("url", "final_url", "etag", "last_modified")
LEFT_BEHIND_FIRST = F("claimed_until").desc(nulls_last=True)


class Claimant(Protocol):
    """Whoever looks at links; a `Job` is one, and the same one in each of its runs."""

    @property
    def id(self) -> uuid.UUID: ...

    def step(self) -> AbstractContextManager[object]:
        """One transaction for a part of what was seen."""
        ...


@dataclass(frozen=True)
class Somebody:
    """Somebody at a shell, of whom there is only one."""

    id: uuid.UUID = field(default_factory=uuid.uuid4)

    def step(self) -> AbstractContextManager[object]:
        return transaction.atomic()


def claim(links: LinkQuerySet, *, where: Q, by: Claimant, most: int) -> list[Link]:
    """Claim those of the links of which this holds, what a run left behind first.

    The rest comes in any order: links that stand side by side, or fell due together,
    mostly lead to one host, which stands few requests at once. The condition is asked
    again under the row's lock: what another run has looked at meanwhile is not looked
    at twice.
    """
    now = timezone.now()
    is_free = Link.is_unclaimed(now) | Q(claimed_by=by.id)
    found = links.filter(where, is_free).order_by(LEFT_BEHIND_FIRST, "?")
    keys = list(found.values_list("pk", flat=True)[:most])
    with transaction.atomic():
        free = Link.objects.filter(where, is_free, pk__in=keys)
        locked = free.select_for_update(skip_locked=True)
        mine = list(locked.values_list("pk", flat=True))
        Link.objects.filter(pk__in=mine).update(
            claimed_by=by.id, claimed_until=now + LEASE
        )
    claimed = Link.objects.filter(claimed_by=by.id, claimed_until__gt=now)
    return list(claimed.only(*WHAT_A_LOOK_NEEDS))


def release(by: Claimant) -> int:
    """Leave to others what this run did not come to; how many links that are."""
    mine = Link.objects.filter(claimed_by=by.id)
    return mine.update(claimed_by=None, claimed_until=None)
