"""Cuts a README into its sections and notes without losing a byte."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from notes.readme.anatomy import build_entry, build_row
from notes.readme.blocks import Block, BlockKind, read_blocks
from notes.readme.challenge import count_solutions, is_numbered_problem
from notes.readme.kinds import INHERITED, classify
from notes.readme.lines import split_lines, to_newlines
from notes.readme.model import Document, Entry, EntryForm, Section, SectionKind
from notes.readme.plain import plain
from notes.readme.renderer import section_slices
from notes.readme.spans import Span, find_spans

__all__ = ["Document", "Entry", "EntryForm", "Section", "SectionKind", "parse"]

BOM = "\ufeff"
_ATX = re.compile(r" {0,3}#{1,6}[ \t]")


@dataclass(slots=True)
class _Group:
    """A heading, None before the first one, with the blocks under it."""

    heading: Block | None
    blocks: list[Block] = field(default_factory=list)
    kind: SectionKind = SectionKind.FREE
    spans: list[Span] = field(default_factory=list)

    @property
    def level(self) -> int:
        return self.heading.level if self.heading else 0

    @property
    def title(self) -> str:
        return plain(self.heading.text) if self.heading else ""


def parse(text: str) -> Document:
    """Take a README apart; ``render`` of the result is ``text`` again."""
    mark, text = (BOM, text[1:]) if text.startswith(BOM) else ("", text)
    lines = split_lines(text)
    groups = _group(read_blocks(text, lines))
    _classify(groups)
    groups = _absorb(groups, lines)
    for group in groups:
        spans = find_spans(group.blocks, lines, group.kind)
        group.spans = [*spans, *group.spans]
    return _cut(groups, lines, mark)


def reread(section: Section) -> tuple[Entry, ...]:
    """The notes in the text of a section that may hold only some of its notes."""
    lines = split_lines("".join(section_slices(section)))
    groups = _group(read_blocks("".join(lines), lines))
    for group in groups:
        group.kind = section.kind
    groups = _absorb(groups, lines)
    for group in groups:
        group.spans = [*find_spans(group.blocks, lines, group.kind), *group.spans]
    document = _cut(groups, lines, "")
    return tuple(entry for part in document.sections for entry in part.entries)


def _group(blocks: Sequence[Block]) -> list[_Group]:
    groups = [_Group(None)]
    for block in blocks:
        if block.kind is BlockKind.HEADING:
            groups.append(_Group(block))
        else:
            groups[-1].blocks.append(block)
    return groups


def _classify(groups: Sequence[_Group]) -> None:
    """Give each section its kind; one whose heading says nothing has its parent's."""
    parents: list[_Group] = []
    for group in groups:
        while parents and parents[-1].level >= group.level:
            parents.pop()
        group.kind = classify(group.title)
        if group.kind is SectionKind.FREE and parents:
            # A top heading names the whole README, not what each section is about.
            parent = parents[-1]
            if parent.level > 1 and parent.kind in INHERITED:
                group.kind = parent.kind
        parents.append(group)


def _absorb(groups: list[_Group], lines: Sequence[str]) -> list[_Group]:
    """Make the sub-headings that each hold one challenge notes of their section."""
    kept: list[_Group] = []
    index = 0
    while index < len(groups):
        group = groups[index]
        kept.append(group)
        index += 1
        if group.kind is not SectionKind.CHALLENGE or not group.heading:
            continue
        while index < len(groups):
            end = _extent(groups, index)
            span = _challenge_span(groups[index:end], group.level, lines)
            if span is None:
                break
            group.spans.append(span)
            index = end
    return kept


def _extent(groups: Sequence[_Group], index: int) -> int:
    """The index after the last group under the heading of ``groups[index]``."""
    end = index + 1
    while end < len(groups) and groups[end].level > groups[index].level:
        end += 1
    return end


def _challenge_span(
    groups: Sequence[_Group], level: int, lines: Sequence[str]
) -> Span | None:
    heading = groups[0].heading
    if heading is None or heading.level <= level:
        return None
    if not _ATX.match(lines[heading.start]):
        return None
    end = _content_end(groups)
    text = to_newlines("".join(lines[heading.end : end]))
    solutions = count_solutions(text)
    if solutions > 1 or not (solutions or is_numbered_problem(groups[0].title)):
        return None
    return Span(heading.start, end, EntryForm.SUBHEADING)


def _content_end(groups: Sequence[_Group]) -> int:
    """The line after the last block that is not a thematic break."""
    blocks = [
        block
        for group in groups
        for block in (group.heading, *group.blocks)
        if block and block.kind is not BlockKind.RULE
    ]
    return blocks[-1].end


def _cut(groups: Sequence[_Group], lines: Sequence[str], mark: str) -> Document:
    first, *rest = groups
    starts = [group.heading.start for group in rest if group.heading]
    starts.append(len(lines))
    sections = [
        _section(group, start, end, lines)
        for group, start, end in zip(rest, starts, starts[1:], strict=False)
    ]
    end = starts[0]
    if first.spans:
        # Notes before any heading stand in a section that has no heading.
        end = _start_of_list(first)
        sections.insert(0, _section(first, end, starts[0], lines))
    return Document(mark + "".join(lines[:end]), tuple(sections))


def _start_of_list(group: _Group) -> int:
    """Where the first note begins, or the header of the table that it is a row of."""
    start = group.spans[0].start
    above = (block for block in group.blocks if block.start < start)
    last = max(above, key=lambda block: block.start, default=None)
    return last.start if last and last.kind is BlockKind.HEADER else start


def _section(group: _Group, start: int, end: int, lines: Sequence[str]) -> Section:
    first = group.spans[0].start if group.spans else end
    return Section(
        group.level,
        group.title,
        group.kind,
        "".join(lines[start:first]),
        tuple(_entries(group, end, lines)),
    )


def _entries(group: _Group, end: int, lines: Sequence[str]) -> Iterator[Entry]:
    following = [*(span.start for span in group.spans[1:]), end]
    for span, stop in zip(group.spans, following, strict=False):
        source = "".join(lines[span.start : span.end])
        after = "".join(lines[span.end : stop])
        if span.form is EntryForm.ROW:
            yield build_row(source, after, span.roles)
        else:
            yield build_entry(source, after, span.form, group.kind)
