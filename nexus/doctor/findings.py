"""What a check of the doctor's found, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class State(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True)
class Finding:
    state: State
    what: str
    todo: str = ""


def ok(what: str) -> Finding:
    return Finding(State.OK, what)


def warn(what: str, todo: str) -> Finding:
    return Finding(State.WARN, what, todo)


def fail(what: str, todo: str) -> Finding:
    return Finding(State.FAIL, what, todo)


def skip(why: str) -> Finding:
    """Nothing is wrong that we know of: the check makes no sense here, or cannot be."""
    return Finding(State.SKIP, why)


def one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def in_words(duration: timedelta) -> str:
    return str(timedelta(seconds=round(duration.total_seconds())))
