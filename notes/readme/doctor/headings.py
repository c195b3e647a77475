"""Headings that are there twice, and sections that are not there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from notes.readme.doctor.findings import BLANK, Ailment, Edit, Finding, Repair
from notes.readme.doctor.source import Source
from notes.readme.headings import insert_section, new_section, rename_section
from notes.readme.kinds import classify
from notes.readme.lines import is_terminated, split_closing, split_head, split_lines
from notes.readme.model import Document, Section, SectionKind
from notes.readme.parser import parse
from notes.readme.plain import plain
from notes.readme.renderer import render

_SECTION_LEVEL = 2


@dataclass(frozen=True)
class _Part:
    """A heading and all that stands under it, in lines counted from 0."""

    level: int
    title: str
    start: int
    end: int  # of the heading itself
    own: int  # where its first sub-heading stands, or else what follows all of it
    stop: int

    @property
    def has_parts(self) -> bool:
        return self.own < self.stop

    def of(self, source: Source) -> list[str]:
        return source.lines[self.start : self.stop]


def find_duplicates(source: Source) -> Iterator[Finding]:
    """The same words twice under one heading; elsewhere they may well be said again."""
    seen: dict[tuple[str, ...], _Part] = {}
    path: list[tuple[int, str]] = []
    for part in _parts(source):
        while path and path[-1][0] >= part.level:
            path.pop()
        path.append((part.level, part.title.casefold()))
        place = tuple(words for _, words in path)
        first = seen.setdefault(place, part)
        if not part.title or first is part:
            continue
        yield Finding(
            Ailment.DUPLICATE,
            part.start + 1,
            f"“{part.title}” is a heading in line {first.start + 1} already; links to "
            "it lead there.",
            (*_joined(source, first, part), _renamed(source, part)),
        )


def _parts(source: Source) -> Iterator[_Part]:
    found = [
        (int(opening.tag[1]), plain(inline.content), start, opening.map[1])
        for opening, inline, start in source.blocks("heading_open")
        if opening.level == 0 and opening.map
    ]
    for number, (level, title, start, end) in enumerate(found):
        below = found[number + 1 :]
        until = (at for other, _, at, _ in below if other <= level)
        stop = next(until, len(source.lines))
        own = below[0][2] if below else stop
        yield _Part(level, title, start, end, own, stop)


def _joined(source: Source, first: _Part, second: _Part) -> Iterator[Repair]:
    """One heading for both texts, where nothing is read differently afterwards."""
    text = "".join(source.lines[second.end : second.stop])
    words = split_closing(split_head(text)[1])[0]
    if not words:
        out = Edit(second.start, second.stop, "")
        yield Repair("Take the empty one out", (out,))
        return
    if first.stop == second.start:
        end = second.end + len(split_lines(split_head(text)[0]))
        yield Repair("Take this heading out", (Edit(second.start, end, ""),))
        return
    if first.has_parts and second.has_parts:
        return
    above = split_closing("".join(source.lines[first.end : first.own]))[0]
    at = first.end + len(split_lines(above))
    words = words if is_terminated(words) else words + source.ending
    moved = source.ending + words
    both = [*source.lines[first.start : at], moved, *source.lines[at : first.stop]]
    if _notes(both) == sorted(_notes(first.of(source)) + _notes(second.of(source))):
        yield Repair(
            f"Put its text under line {first.start + 1}",
            (Edit(at, at, moved), Edit(second.start, second.stop, "")),
        )


def _notes(lines: Sequence[str]) -> list[str]:
    sections = parse("".join(lines)).sections
    return sorted(entry.source.strip() for one in sections for entry in one.entries)


def _renamed(source: Source, part: _Part) -> Repair:
    heading = "".join(source.lines[part.start : part.end])
    section = Section(part.level, part.title, SectionKind.FREE, heading)
    edit = Edit(part.start, part.end, rename_section(section, BLANK).opening)
    return Repair("Give it another title", (edit,), asks="Its new title")


def find_missing(source: Source, checklist: Sequence[str]) -> Iterator[Finding]:
    document = parse(source.text)
    kinds = {section.kind for section in document.sections} - {SectionKind.FREE}
    titles = [section.title.casefold() for section in document.sections]
    for wanted in checklist:
        has_kind = classify(wanted) in kinds
        if has_kind or any(wanted.casefold() in title for title in titles):
            continue
        new = _with_section(document, wanted)
        edit = Edit(0, len(source.lines), render(new))
        can_have = _has(new, wanted)
        until = "" if can_have else " and can be added once the code block is closed"
        yield Finding(
            Ailment.MISSING,
            max(len(source.lines), 1),
            f"The section “{wanted}” of the checklist is not there{until}.",
            (Repair("Add it at the end", (edit,)),) if can_have else (),
        )


def _with_section(document: Document, title: str) -> Document:
    section = new_section(document.sections, title, _SECTION_LEVEL)
    return insert_section(document, len(document.sections), section)


def _has(document: Document, title: str) -> bool:
    """Whether its last heading is read as one, which it is not in an open code block.

    Such a block takes all with it, so it begins in the section before at the latest.
    """
    preamble = "" if document.sections[:-2] else document.preamble
    sections = parse(render(Document(preamble, document.sections[-2:]))).sections
    return bool(sections) and sections[-1].title.casefold() == title.casefold()
