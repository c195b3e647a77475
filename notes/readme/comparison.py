"""Tells two READMEs apart, line by line, without asking git."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import unified_diff
from hashlib import sha256
from itertools import takewhile

from notes.readme.differences import Difference, read_difference
from notes.readme.lines import is_terminated, split_lines

CONTEXT_LINES = 3
_UNFINISHED = "\n\\ No newline at end of file\n"


def fingerprint(text: str) -> str:
    """Names a README, so that nobody changes another one than they were shown."""
    return sha256(text.encode()).hexdigest()[:16]


def compare(old: str, new: str) -> Difference:
    """What differs, as the history shows it."""
    return read_difference("".join(_unified(split_lines(old), split_lines(new))))


def _unified(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """A unified diff; the equal ends are cut off first, for they are nearly all."""
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    start, tail = max(head - CONTEXT_LINES, 0), max(tail - CONTEXT_LINES, 0)
    changes = unified_diff(
        old[start : len(old) - tail], new[start : len(new) - tail], n=CONTEXT_LINES
    )
    for line in changes:
        if line.startswith("@@"):
            yield _counted_from(line, start)
        elif is_terminated(line):
            yield line if line.endswith("\n") else f"{line}\n"
        else:
            yield line + _UNFINISHED


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    pairs = zip(old, new, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _counted_from(hunk: str, start: int) -> str:
    """The hunk's head with its place in the whole text, which is all that is read."""
    _, _, after, *_ = hunk.split(" ")
    first, _, count = after.lstrip("+").partition(",")
    length = count or "1"
    return f"@@ -0,0 +{int(first) + start},{length} @@\n"
