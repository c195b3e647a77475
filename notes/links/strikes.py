"""What several looks over days say of a link, and when it wants the next one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import takewhile
from typing import NamedTuple
from urllib.parse import urlsplit
from zlib import crc32

from notes.links.relative import is_relative
from notes.links.verdicts import Verdict

STRIKES = 3
# Somewhat less than a day: the look of the next day always counts.
STRIKES_APART = timedelta(hours=20)
COULD_NOT_LOOK = timedelta(hours=6)
SHAKY = timedelta(hours=20)
STEADY = timedelta(days=7)
SPREAD = timedelta(days=7)


class Look(NamedTuple):
    """What one look at a link saw."""

    verdict: str
    at: datetime


class Standing(NamedTuple):
    """What to tell readers of a link; unconfirmed is what one failure alone says."""

    verdict: Verdict
    is_confirmed: bool = True

    @property
    def is_shaky(self) -> bool:
        return self.verdict == Verdict.FLAKY or not self.is_confirmed


def standing(looks: Iterable[Look]) -> Standing:
    """Conclude from looks in any order.

    A look that could not be made says nothing. A link that worked is dead after three
    strikes since then, and flaky until then; one that never worked is dead at once.
    """
    told = [look for look in looks if look.verdict != Verdict.UNCHECKED]
    newest_first = sorted(told, key=lambda look: look.at, reverse=True)
    if not newest_first:
        return Standing(Verdict.UNCHECKED)
    failed = list(takewhile(_is_dead, newest_first))
    if not failed:
        return Standing(Verdict(newest_first[0].verdict))
    if _strikes(reversed(failed)) >= STRIKES:
        return Standing(Verdict.DEAD)
    has_worked = len(failed) < len(newest_first)
    if has_worked:
        return Standing(Verdict.FLAKY)
    return Standing(Verdict.DEAD, is_confirmed=False)


def next_look(of: Standing, url: str, at: datetime) -> datetime:
    """When to look again: soon at the shaky; at the steady on a day of its host.

    A README changes often and costs no request, so its relative links are looked at
    daily.
    """
    if of.verdict == Verdict.UNCHECKED:
        return at + COULD_NOT_LOOK
    if of.is_shaky or is_relative(url):
        return at + SHAKY
    host = urlsplit(url).netloc.lower()
    return at + STEADY + SPREAD * (crc32(host.encode()) / 2**32)


def _is_dead(look: Look) -> bool:
    return look.verdict == Verdict.DEAD


def _strikes(oldest_first: Iterable[Look]) -> int:
    """Failures on end count once a day, however often somebody looks."""
    count, last = 0, None
    for look in oldest_first:
        if last is None or look.at - last >= STRIKES_APART:
            count, last = count + 1, look.at
    return count
