"""Markers of a merge that nobody finished."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from notes.readme.doctor.findings import Ailment, Edit, Finding, Repair
from notes.readme.doctor.source import Source

_MARKS = {
    "ours": re.compile(r"<{7}(?: .*)?[\r\n]*"),
    "base": re.compile(r"\|{7}(?: .*)?[\r\n]*"),
    "theirs": re.compile(r"={7}[\r\n]*"),
    "end": re.compile(r">{7}(?: .*)?[\r\n]*"),
}


@dataclass
class _Conflict:
    """The lines of the markers, by what begins there."""

    marks: dict[str, int] = field(default_factory=dict)

    def is_whole(self) -> bool:
        return {"ours", "theirs", "end"} <= self.marks.keys()


def find_conflicts(source: Source) -> Iterator[Finding]:
    for conflict in _conflicts(source):
        start = min(conflict.marks.values())
        if conflict.is_whole():
            end = conflict.marks["end"]
            sentence = (
                f"Lines {start + 1} to {end + 1} hold two versions of the same text: "
                "a merge was committed before somebody chose between them."
            )
            repairs = tuple(_choices(conflict))
        else:
            sentence = f"Line {start + 1} is the mark of a merge, left from a conflict."
            lines = conflict.marks.values()
            repairs = (Repair("Take it out", tuple(map(_without, lines))),)
        yield Finding(Ailment.CONFLICT, start + 1, sentence, repairs)


def _conflicts(source: Source) -> Iterator[_Conflict]:
    conflict = _Conflict()
    for at, line in enumerate(source.lines):
        mark = _mark_of(line)
        if mark is None or at in source.code_lines:
            continue
        if mark in {"theirs", "base"} and "ours" not in conflict.marks:
            continue  # the underline of a heading
        if mark in conflict.marks or (mark == "ours" and conflict.marks):
            yield conflict
            conflict = _Conflict()
        conflict.marks[mark] = at
        if mark == "end":
            yield conflict
            conflict = _Conflict()
    if conflict.marks:
        yield conflict


def _mark_of(line: str) -> str | None:
    if line[:7] not in {"<" * 7, "|" * 7, "=" * 7, ">" * 7}:
        return None
    return next((name for name, rule in _MARKS.items() if rule.fullmatch(line)), None)


def _choices(conflict: _Conflict) -> Iterable[Repair]:
    marks = conflict.marks
    ours, theirs, end = marks["ours"], marks["theirs"], marks["end"]
    base = marks.get("base", theirs)
    middle = Edit(base, theirs + 1, "")
    yield Repair("Keep both versions", (_without(ours), middle, _without(end)))
    yield Repair("Keep the upper one", (_without(ours), Edit(base, end + 1, "")))
    yield Repair("Keep the lower one", (Edit(ours, theirs + 1, ""), _without(end)))


def _without(line: int) -> Edit:
    return Edit(line, line + 1, "")
