"""Which ISO week a moment belongs to, and when each reader gets that week's digest.

The digest of week W tells what happened from Monday 00:00 of W until Monday 00:00 of
the next week (UTC). It is composed when W is over, and goes to each reader on the day
and at the hour of their own calendar in the week that follows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from django.utils import timezone

from notes.models import Event, EventKind, Note, Subscriber

MAKING = timedelta(hours=1)


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
            _ = week.end
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
    def next(self) -> Week:
        return Week.of(self.end)

    def __str__(self) -> str:
        return f"{self.year:04}-W{self.number:02}"


def first_week(week: Week, *, told: Week | None, born: datetime) -> Week:
    """Where the digest of ``week`` begins, so that no week is told twice or never.

    After the newest week ``told`` before it, or where the hub was ``born``: what
    happened while nobody composed anything goes with the next digest.
    """
    return min(week, told.next if told else Week.of(born))


def week_due(at: datetime) -> Week:
    """The newest week whose digest has fallen due by ``at``."""
    return Week.of(at - timedelta(weeks=1))


def weeks_in_the_making(now: datetime) -> set[str]:
    """Weeks of which some hub's digest is still being composed.

    Nobody sends them yet, so that a reader of several hubs gets one mail. A hub whose
    digest fails to be composed holds up the others for an hour and no longer.
    """
    kinds = [
        EventKind.DIGEST_FELL_DUE,
        EventKind.DIGEST_COMPOSED,
        EventKind.DIGEST_SKIPPED,
    ]
    events = Event.objects.filter(kind__in=kinds, recorded_at__gte=now - MAKING)
    fallen_due: set[tuple[int | None, str]] = set()
    done: set[tuple[int | None, str]] = set()
    for kind, hub_id, data in events.values_list("kind", "hub_id", "data"):
        seen = fallen_due if kind == EventKind.DIGEST_FELL_DUE else done
        seen.add((hub_id, data["week"]))
    return {week for _, week in fallen_due - done}


@dataclass(frozen=True)
class Slot:
    """A reader's weekday (0 is Monday) and hour in their own time zone."""

    weekday: int
    hour: int
    time_zone: str

    @classmethod
    def of(cls, subscriber: Subscriber) -> Self:
        return cls(subscriber.weekday, subscriber.hour, subscriber.time_zone)

    def __str__(self) -> str:
        day = Subscriber.Weekday(self.weekday).label
        return f"{day} at {self.hour}:00, {self.time_zone.replace('_', ' ')}"

    def after(self, week: Week) -> datetime:
        """When the digest of ``week`` goes out, in UTC: once in the week that follows.

        East of Greenwich Monday begins before the week is over, so the digest may have
        to wait some hours. An hour that the clocks skip is taken as if they had not
        been put forward, of one that comes twice the first is taken (PEP 495).
        """
        day = week.end.date() + timedelta(days=self.weekday)
        wished = datetime.combine(day, time(self.hour), ZoneInfo(self.time_zone))
        return max(wished.astimezone(UTC), week.end)

    def next_after(self, moment: datetime) -> datetime:
        """The first of the reader's hours that is still to come."""
        week = Week.of(moment - timedelta(weeks=2))
        while (due_at := self.after(week)) <= moment:
            week = week.next
        return due_at


def sentence_for(note: Note) -> str:
    """Which digest tells of a note, for its page; empty when none will."""
    if note.submitted_at is None:
        return ""  # it came with the README, which is no news
    week = Week.of(note.submitted_at)
    told = note.hub.editions.filter(week__gte=str(week)).order_by("week").first()
    if told:
        return f"went out in the digest of week {Week.parse(told.week).number}"
    if note.state == Note.State.WITHDRAWN:
        return ""
    if week.end <= (now := timezone.now()):
        week = max(week, week_due(now))
        return f"goes into the digest of week {week.number}, which is being prepared"
    day = f"{week.end:%A} {week.end.day} {week.end:%B}"
    return f"goes into the digest of week {week.number}, out on {day}"
