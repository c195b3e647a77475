"""A link's last weeks as a strip: one cell a day, and the same in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from notes.links.strikes import Look
from notes.links.summary import NAMES
from notes.links.verdicts import Verdict

DAYS = 28


@dataclass(frozen=True)
class Day:
    """A day, and the verdict of its last look; empty without a look."""

    on: date
    verdict: str = ""

    def __str__(self) -> str:
        word = NAMES[Verdict(self.verdict)] if self.verdict else "no look"
        return f"{self.on.day} {self.on:%B}: {word}"


@dataclass(frozen=True)
class Strip:
    days: tuple[Day, ...]

    def __str__(self) -> str:
        looks = ", ".join(str(day) for day in self.days if day.verdict)
        return f"Last {len(self.days)} days: {looks or 'no look'}"


def strip(looks: Iterable[Look], today: date) -> Strip:
    """The strip that ends today; days are UTC's, as the looks are."""
    by_day = {look.at.date(): look.verdict for look in sorted(looks, key=_moment)}
    days = (today - timedelta(days=ago) for ago in reversed(range(DAYS)))
    return Strip(tuple(Day(day, by_day.get(day, "")) for day in days))


def _moment(look: Look) -> float:
    return look.at.timestamp()
