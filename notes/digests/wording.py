"""A week in words: numbers, days and people as one writes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from notes.digests.contents import Contents
from notes.digests.schedule import Week


def summarise(contents: Contents) -> str:
    """The week in one sentence without its full stop."""
    notes = many(len(contents.items), "note")
    people = many(len(contents.contributors), "person", "people")
    facts = [f"{notes} by {people}"]
    if contents.solved:
        facts.append(f"{many(len(contents.solved), 'challenge')} solved")
    if contents.open_count:
        waiting = many(contents.open_count, "challenge")
        still = contents.open_count if contents.solved else waiting
        facts.append(f"{still} still without a solution")
    if contents.broken_count:
        facts.append(many(contents.broken_count, "broken link"))
    if contents.missing_count:
        facts.append(many(contents.missing_count, "missing anchor"))
    return ", ".join(facts)


def days_of(week: Week, *, since: Week | None = None) -> str:
    """Its days as people say them: 30 November to 6 December 2026.

    ``since`` is the first of several weeks.
    """
    first, last = (since or week).start, week.end - timedelta(days=1)
    start = f"{first.day}"
    if (first.month, first.year) != (last.month, last.year):
        start += f" {first:%B}"
    if first.year != last.year:
        start += f" {first.year}"
    return f"{start} to {last.day} {last:%B} {last.year}"


def thank(contributors: Sequence[tuple[str, int]], *, at_most: int) -> str:
    """Everybody by name, or those who gave most and how many others."""
    named = [f"{name} ({many(count, 'note')})" for name, count in contributors]
    shown, rest = named[:at_most], named[at_most:]
    if rest:
        shown.append(many(len(rest), "other"))
    return f"{listed(shown)}."


def listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them: a, b and c."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def many(count: int, noun: str, plural: str = "") -> str:
    return f"1 {noun}" if count == 1 else f"{count} {plural or noun + 's'}"


def underlined(heading: str) -> str:
    return f"{heading.upper()}\n{'=' * len(heading)}"


def some(names: Sequence[str], *, at_most: int) -> str:
    """The names in one phrase: all of them, or the first and how many more."""
    if len(names) > at_most:
        names = [*names[: at_most - 1], f"{len(names) - at_most + 1} more"]
    return listed(names)
