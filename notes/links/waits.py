"""How long a host asks to be left alone, and how much it grants, from its headers."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import NamedTuple

REMAINING = ("x-ratelimit-remaining", "ratelimit-remaining", "x-rate-limit-remaining")
RESET = ("x-ratelimit-reset", "ratelimit-reset", "x-rate-limit-reset")
# `limit=9, remaining=0, reset=30` and `"default";r=0;t=30` of the IETF's drafts.
IN_ONE = re.compile(r"\b(r|remaining|t|reset)\s*=\s*(\d{1,20})\b")
# A reset larger than this many seconds is a moment since 1970, not a duration.
EPOCH_FROM = 10_000_000
NUMBER_LENGTH = 20
SPEAKING = frozenset({"retry-after", "ratelimit", *REMAINING, *RESET})


class Plea(NamedTuple):
    """What a host asks of those who ask it."""

    wait_seconds: float | None = None
    requests_left: int | None = None


NONE = Plea()


def plea(headers: Mapping[str, str]) -> Plea:
    """Read what an answer asks for; most ask for nothing, which is seen at once."""
    if SPEAKING.isdisjoint(headers):
        return NONE
    return Plea(requested_wait(headers), requests_left(headers))


def requested_wait(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that `Retry-After` or an exhausted rate limit asks for."""
    asked = _retry_after(headers.get("retry-after", "").strip())
    if asked is not None:
        return asked
    if requests_left(headers) == 0:
        resets = (_number(headers.get(name, "")) for name in RESET)
        reset = next((n for n in resets if n is not None), _in_one(headers, "t"))
        return None if reset is None else _duration(reset)
    return None


def requests_left(headers: Mapping[str, str]) -> int | None:
    """Return how many more requests the host grants for now, if it says so."""
    for name in REMAINING:
        number = _number(headers.get(name, ""))
        if number is not None:
            return int(number)
    left = _in_one(headers, "r")
    return None if left is None else int(left)


def _in_one(headers: Mapping[str, str], letter: str) -> float | None:
    """Look into the one header that says all, for `r`emaining or rese`t`."""
    text = headers.get("ratelimit", "")
    names = {"r": ("r", "remaining"), "t": ("t", "reset")}[letter]
    found = (number for name, number in IN_ONE.findall(text) if name in names)
    return next(map(float, found), None)


def _retry_after(text: str) -> float | None:
    if not text:
        return None
    number = _number(text)
    if number is not None:
        return max(0.0, number)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


def _number(text: str) -> float | None:
    text = text.strip()
    is_number = text.isascii() and text.replace(".", "", 1).isdigit()
    return float(text) if is_number and len(text) <= NUMBER_LENGTH else None


def _duration(reset: float) -> float:
    return max(0.0, reset - time.time()) if reset > EPOCH_FROM else reset
