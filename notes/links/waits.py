"""How long a host asks to be left alone, from the headers that say so."""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

EXHAUSTED = ("X-RateLimit-Remaining", "RateLimit-Remaining", "X-Rate-Limit-Remaining")
RESET = ("X-RateLimit-Reset", "RateLimit-Reset", "X-Rate-Limit-Reset")
# A reset larger than this many seconds is a moment since 1970, not a duration.
EPOCH_FROM = 10_000_000
NUMBER_LENGTH = 20


def requested_wait(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that `Retry-After` or an exhausted rate limit asks for."""
    asked = _retry_after(headers.get("Retry-After", "").strip())
    if asked is not None:
        return asked
    if any(headers.get(name, "").strip() == "0" for name in EXHAUSTED):
        resets = (_number(headers.get(name, "")) for name in RESET)
        return next((_duration(n) for n in resets if n is not None), None)
    return None


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
