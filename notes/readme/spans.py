"""Finds the notes of a section: which lines a person would call one entry."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from notes.readme.blocks import Block, BlockKind
from notes.readme.challenge import (
    has_solution,
    starts_problem,
    starts_solution,
)
from notes.readme.layout import Slot
from notes.readme.lines import to_newlines
from notes.readme.model import EntryForm, SectionKind
from notes.readme.symbols import LINE_MARKER
from notes.readme.table import roles_of

_BULLET = re.compile(r"[ \t]*[-*+][ \t]+")
_CONTENTS_ITEM = re.compile(
    r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+\[[^\n]*\]\(#[^\s)]*\)\s*$"
)
# A line that begins with one of these is meant as a list item even when alone.
# Where a merge was left unfinished within a table, its marks are rows to Markdown.
_CONFLICT = re.compile(r"(?:<{7}|\|{7}|={7}|>{7})(?!\S)")
_LIST_SIGN = re.compile(
    r"[\u2022\u2023\u25aa\u25b8\u25ba\u25cf\u25e6\u2981\u2705\u2714\u2611\u27a4\u279c]"
    r"|\U0001f539|\U0001f538|\\[-*+]"
)
# In a section that says nothing about its subject, one emoji line is just a paragraph.
_LONE_LINE_KINDS = frozenset(
    {
        SectionKind.TECHNOLOGY,
        SectionKind.CONCEPT,
        SectionKind.CHALLENGE,
        SectionKind.PRACTICE,
        SectionKind.HIGHLIGHT,
        SectionKind.NEXT_STEP,
    }
)


@dataclass(frozen=True, slots=True)
class Span:
    """Lines ``start`` up to ``end`` are one note; ``roles`` name a row's columns."""

    start: int
    end: int
    form: EntryForm
    roles: tuple[Slot | None, ...] = ()


def find_spans(
    blocks: Sequence[Block], lines: Sequence[str], kind: SectionKind
) -> Iterator[Span]:
    """The notes among the blocks of one section, in order."""
    index = 0
    while index < len(blocks):
        taken, spans = _spans_at(blocks, index, lines, kind)
        yield from spans
        index += taken


def _spans_at(
    blocks: Sequence[Block], index: int, lines: Sequence[str], kind: SectionKind
) -> tuple[int, list[Span]]:
    """How many blocks belong together from ``index`` on, and the notes they hold."""
    match blocks[index].kind:
        case BlockKind.ITEM:
            return _items(blocks, index, lines)
        case BlockKind.HEADER:
            return _rows(blocks, index, lines, kind)
        case BlockKind.PARAGRAPH if starts_problem(blocks[index].text):
            return _paragraphs(blocks, index)
        case BlockKind.PARAGRAPH:
            return _marked_lines(blocks, index, lines, kind)
        case _:
            return 1, []


def _run(blocks: Sequence[Block], index: int) -> list[Block]:
    """The blocks of the list or table that begins at ``index``."""
    group = blocks[index].group
    end = index
    while end < len(blocks) and blocks[end].group == group:
        end += 1
    return list(blocks[index:end])


def _text(block: Block, lines: Sequence[str]) -> str:
    return to_newlines("".join(lines[block.start : block.end]))


def _items(
    blocks: Sequence[Block], index: int, lines: Sequence[str]
) -> tuple[int, list[Span]]:
    items = _run(blocks, index)
    texts = [_text(item, lines) for item in items]
    spans = []
    at = 0
    while at < len(items):
        is_pair = at + 1 < len(items) and _is_pair(texts[at], texts[at + 1])
        last = at + is_pair
        form = EntryForm.PAIR if is_pair else EntryForm.ITEM
        # A line of a table of contents points at notes and is none.
        if not _CONTENTS_ITEM.match(texts[at].split("\n", 1)[0]):
            spans.append(Span(items[at].start, items[last].end, form))
        at = last + 1
    return len(items), spans


def _is_pair(first: str, second: str) -> bool:
    bullets = _BULLET.match(first), _BULLET.match(second)
    if not all(bullets) or has_solution(first):
        return False
    return starts_problem(first.lstrip()) and starts_solution(second)


def _rows(
    blocks: Sequence[Block], index: int, lines: Sequence[str], kind: SectionKind
) -> tuple[int, list[Span]]:
    header, *rows = _run(blocks, index)
    roles = roles_of(
        lines[header.start].rstrip("\r\n"),
        is_challenge=kind is SectionKind.CHALLENGE,
    )
    spans = [
        Span(row.start, row.end, EntryForm.ROW, roles)
        for row in rows
        if not _CONFLICT.match(lines[row.start])
    ]
    return 1 + len(rows), spans


def _paragraphs(blocks: Sequence[Block], index: int) -> tuple[int, list[Span]]:
    """A problem in one paragraph and its solution in the same or a later one."""
    end = index
    while end < len(blocks) and not _is_boundary(blocks, end, index):
        if has_solution(blocks[end].text):
            end = _with_list(blocks, end)
            span = Span(blocks[index].start, blocks[end].end, EntryForm.PARAGRAPH)
            return end + 1 - index, [span]
        end += 1
    return 1, []


def _is_boundary(blocks: Sequence[Block], at: int, first: int) -> bool:
    block = blocks[at]
    if block.kind is BlockKind.RULE:
        return True
    return at > first and starts_problem(block.text)


def _with_list(blocks: Sequence[Block], at: int) -> int:
    """Take in the list, if the solution's paragraph ends by announcing one."""
    announces = blocks[at].text.rstrip().rstrip("*_").rstrip().endswith(":")
    if not announces or at + 1 == len(blocks):
        return at
    if blocks[at + 1].kind is not BlockKind.ITEM:
        return at
    return at + len(_run(blocks, at + 1))


def _marked_lines(
    blocks: Sequence[Block], index: int, lines: Sequence[str], kind: SectionKind
) -> tuple[int, list[Span]]:
    """Lines that all begin with a sign, in one paragraph or in several neighbours."""
    spans: list[Span] = []
    end = index
    while end < len(blocks) and blocks[end].kind is BlockKind.PARAGRAPH:
        found = _signed(blocks[end], lines)
        if not found:
            break
        spans += found
        end += 1
    is_list = len(spans) > 1 or kind in _LONE_LINE_KINDS
    is_list = is_list or _LIST_SIGN.match(lines[blocks[index].start]) is not None
    return max(end - index, 1), spans if is_list else []


def _signed(block: Block, lines: Sequence[str]) -> list[Span]:
    spans: list[Span] = []
    for at in range(block.start, block.end):
        if LINE_MARKER.match(lines[at]):
            spans.append(Span(at, at + 1, EntryForm.LINE))
        elif spans and lines[at].startswith((" ", "\t")):
            spans[-1] = Span(spans[-1].start, at + 1, EntryForm.LINE)
        else:
            return []
    return spans
