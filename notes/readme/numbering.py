"""Finds and changes the number that a note carries, and counts its followers on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace as changed
from itertools import pairwise

from notes.readme.anatomy import dissect
from notes.readme.item import split_item
from notes.readme.layout import Slot
from notes.readme.lines import split_lines, to_newlines
from notes.readme.model import Entry, EntryForm, SectionKind
from notes.readme.table import from_cell, split_row

_LEADING = re.compile(r"[ \t]*")


def number_of(entry: Entry, kind: SectionKind) -> int | None:
    """The number of an ordered item, of "Challenge 3: ..." or of a numbered row."""
    text = _number_text(entry, kind)
    return int(text) if text.isdecimal() else None


def _number_text(entry: Entry, kind: SectionKind) -> str:
    line = to_newlines(entry.source)
    if entry.form is EntryForm.ITEM:
        number = split_item(line.split("\n", 1)[0])[0].number
        if number:
            return number
    if entry.form is EntryForm.ROW:
        return from_cell(split_row(line.rstrip("\n")).cells[0])
    values = dissect(entry.source, entry.form, kind).reading.values()
    return values.get(Slot.NUMBER, "")


def with_number(entry: Entry, number: int, kind: SectionKind) -> Entry:
    """The note with another number; children move along if that is wider."""
    old = _number_text(entry, kind)
    new = str(number).zfill(len(old)) if old.startswith("0") else str(number)
    at = entry.source.index(old)
    source = entry.source[:at] + new + entry.source[at + len(old) :]
    if entry.form is EntryForm.ITEM and len(new) != len(old):
        source = _shifted(source, at + len(old), len(new) - len(old))
    return changed(entry, source=source)


def _shifted(source: str, width: int, by: int) -> str:
    """Move the lines that are indented at least ``width`` deeper or back."""
    first, *rest = split_lines(source)
    return first + "".join(_shift(line, width, by) for line in rest)


def _shift(line: str, width: int, by: int) -> str:
    match = _LEADING.match(line)
    space = match.group() if match else ""
    if len(space.expandtabs(4)) < width or not line.strip():
        return line
    return " " * by + line if by > 0 else space.expandtabs(4)[-by:] + line[len(space) :]


def next_number(entries: Sequence[Entry], index: int, kind: SectionKind) -> int | None:
    """The number for a new note before ``entries[index]``; None where none is used."""
    before = number_of(entries[index - 1], kind) if index else None
    if index and before is not None:
        return before if is_constant(entries, index, kind) else before + 1
    return number_of(entries[index], kind) if not index and entries else None


def is_constant(entries: Sequence[Entry], index: int, kind: SectionKind) -> bool:
    """Whether the list repeats one number, as lists do that Markdown numbers."""
    around = [
        number_of(entry, kind) for entry in entries[max(index - 2, 0) : index + 2]
    ]
    return any(a is not None and a == b for a, b in pairwise(around))


def count_on(
    entries: Sequence[Entry], expected: int, by: int, kind: SectionKind
) -> tuple[Entry, ...]:
    """Change the numbers of the notes that count on from ``expected``, by ``by``."""
    for at, entry in enumerate(entries):
        if number_of(entry, kind) != expected + at:
            return tuple(
                with_number(one, expected + i + by, kind)
                for i, one in enumerate(entries[:at])
            ) + tuple(entries[at:])
    return tuple(
        with_number(one, expected + i + by, kind) for i, one in enumerate(entries)
    )
