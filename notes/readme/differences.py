"""Reads a unified diff into lines that a page can show."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import unified_diff

MOST_LINES = 2_000
KINDS = {"+": "added", "-": "removed", " ": "same", "\\": "aside"}

_HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@")


@dataclass(frozen=True, slots=True)
class Line:
    """``kind`` is added, removed, same or aside, which is git's own word."""

    kind: str
    text: str


@dataclass(frozen=True)
class Hunk:
    """Lines that stand together; ``start`` counts in the newer text."""

    start: int
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class Difference:
    hunks: list[Hunk]
    added: int
    removed: int
    left_out: int = 0


def read_difference(text: str, *, most_lines: int = MOST_LINES) -> Difference:
    """The hunks of one file's diff; lines beyond ``most_lines`` are only counted."""
    hunks: list[Hunk] = []
    counts = dict.fromkeys(KINDS.values(), 0)
    for raw in text.split("\n"):
        if found := _HUNK.match(raw):
            hunks.append(Hunk(int(found[1])))
        elif hunks and raw:
            line = Line(KINDS.get(raw[0], "aside"), _shown(raw[1:]))
            counts[line.kind] += 1
            if sum(counts.values()) <= most_lines:
                hunks[-1].lines.append(line)
    left_out = max(0, sum(counts.values()) - most_lines)
    shown = [hunk for hunk in hunks if hunk.lines]
    return Difference(shown, counts["added"], counts["removed"], left_out)


def compare(before: str, after: str) -> Difference:
    """The difference of two short texts."""
    old, new = before.splitlines(), after.splitlines()
    return read_difference("\n".join(unified_diff(old, new, lineterm="")))


def _shown(text: str) -> str:
    """A line whose end differs would otherwise look as if nothing had changed."""
    return text.replace("\r", "\N{SYMBOL FOR CARRIAGE RETURN}")
