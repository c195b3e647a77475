"""Headings that are there twice, and sections that are not there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from notes.readme.doctor.findings import Ailment, Edit, Finding, Repair
from notes.readme.doctor.source import Source
from notes.readme.headings import insert_section, new_section
from notes.readme.kinds import classify
from notes.readme.model import Document, SectionKind
from notes.readme.parser import parse
from notes.readme.plain import plain
from notes.readme.renderer import render

_SECTION_LEVEL = 2


def find_duplicates(source: Source) -> Iterator[Finding]:
    """The same words twice under one heading; elsewhere they may well be said again."""
    seen: dict[tuple[str, ...], int] = {}
    path: list[tuple[int, str]] = []
    headings = list(_headings(source))
    for number, (level, title, start, end) in enumerate(headings):
        while path and path[-1][0] >= level:
            path.pop()
        path.append((level, title.casefold()))
        place = tuple(words for _, words in path)
        if not title or place not in seen:
            seen[place] = start
            continue
        following = headings[number + 1][2] if number + 1 < len(headings) else None
        yield Finding(
            Ailment.DUPLICATE,
            start + 1,
            f"“{title}” is a heading in line {seen[place] + 1} already; links to it "
            "lead there.",
            tuple(_without_empty(source, start, end, following)),
        )


def _headings(source: Source) -> Iterator[tuple[int, str, int, int]]:
    for opening, inline, start in source.blocks("heading_open"):
        if opening.level == 0 and opening.map:
            yield int(opening.tag[1]), plain(inline.content), start, opening.map[1]


def _without_empty(
    source: Source, start: int, end: int, following: int | None
) -> Iterator[Repair]:
    stop = len(source.lines) if following is None else following
    if not "".join(source.lines[end:stop]).strip():
        yield Repair("Take the empty one out", (Edit(start, stop, ""),))


def find_missing(source: Source, checklist: Sequence[str]) -> Iterator[Finding]:
    document = parse(source.text)
    kinds = {section.kind for section in document.sections} - {SectionKind.FREE}
    titles = [section.title.casefold() for section in document.sections]
    for wanted in checklist:
        has_kind = classify(wanted) in kinds
        if has_kind or any(wanted.casefold() in title for title in titles):
            continue
        new = _with_section(document, wanted)
        edit = Edit(0, len(source.lines), new)
        can_have = _has(new, wanted)
        until = "" if can_have else " and can be added once the code block is closed"
        yield Finding(
            Ailment.MISSING,
            max(len(source.lines), 1),
            f"The section “{wanted}” of the checklist is not there{until}.",
            (Repair("Add it at the end", (edit,)),) if can_have else (),
        )


def _with_section(document: Document, title: str) -> str:
    section = new_section(document.sections, title, _SECTION_LEVEL)
    return render(insert_section(document, len(document.sections), section))


def _has(text: str, title: str) -> bool:
    """Whether the heading is read as one, which it is not in an open code block."""
    sections = parse(text).sections
    return bool(sections) and sections[-1].title.casefold() == title.casefold()
