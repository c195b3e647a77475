"""Which ISO week a moment belongs to, and when that week's digest falls due.

The digest of week W tells what happened from Monday 00:00 of W until Monday 00:00 of
the next week (UTC) and falls due DUE_HOUR hours after W is over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from django.utils import timezone

from notes.models import Note

DUE_HOUR = 7


class WeekError(ValueError):
    """Write the week like 2026-W47: a year, -W and a number from 01 to 53."""

    def __str__(self) -> str:
        return self.__doc__ or ""


@dataclass(frozen=True, order=True)
class Week:
    """An ISO 8601 week; ``start`` and ``end`` are aware datetimes in UTC."""

    year: int
    number: int

    @classmethod
    def of(cls, moment: datetime) -> Self:
        year, number, _ = moment.astimezone(UTC).isocalendar()
        return cls(year, number)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2026-W47`; raises WeekError for what is no week."""
        match = re.fullmatch(r"([0-9]{4})-W([0-9]{2})", text)
        if not match:
            raise WeekError
        week = cls(int(match[1]), int(match[2]))
        try:
            _ = week.due_at
        except (ValueError, OverflowError) as error:
            raise WeekError from error
        return week

    @property
    def start(self) -> datetime:
        return datetime.fromisocalendar(self.year, self.number, 1).replace(tzinfo=UTC)

    @property
    def end(self) -> datetime:
        return self.start + timedelta(weeks=1)

    @property
    def due_at(self) -> datetime:
        return self.end + timedelta(hours=DUE_HOUR)

    def __str__(self) -> str:
        return f"{self.year:04}-W{self.number:02}"


def week_due(at: datetime) -> Week:
    """The newest week whose digest has fallen due by ``at``."""
    return Week.of(at - timedelta(weeks=1, hours=DUE_HOUR))


def sentence_for(note: Note) -> str:
    """Which digest tells of a note, for its page; empty when none will."""
    if note.submitted_at is None:
        return ""  # it came with the README, which is no news
    week = Week.of(note.submitted_at)
    if note.hub.editions.filter(week=str(week)).exists():
        return f"went out in the digest of week {week.number}"
    if note.state == Note.State.WITHDRAWN:
        return ""
    due_at = week.due_at
    if due_at <= timezone.now():
        return f"goes into the digest of week {week.number}, which is being prepared"
    day = f"{due_at:%A} {due_at.day} {due_at:%B}"
    return f"goes into the digest of week {week.number}, out on {day}"
