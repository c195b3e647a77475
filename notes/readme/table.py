"""A table row taken apart into its cells, and put together again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from notes.readme.challenge import starts_problem, starts_solution
from notes.readme.layout import Slot
from notes.readme.lines import to_newlines
from notes.readme.plain import LONGEST_TITLE, plain, shorten

_BREAK = re.compile(r"<br[ \t]*/?>[ \t]*", re.IGNORECASE)
_BARE_PIPE = re.compile(r"(?<!\\)\|")
_NUMBERED = re.compile(r"(?:#|no\.?|nr\.?|number|s/?n)", re.IGNORECASE)
# What says little of a row: the method of an endpoint.
_ASIDE = re.compile(
    r"(?:http )?(?:method|verb)|GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS", re.IGNORECASE
)
_DELIMITER = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)*")


@dataclass(frozen=True, slots=True)
class Row:
    """The cells with the white space around them, and what stands at both ends."""

    start: str
    cells: tuple[str, ...]
    end: str


def split_row(line: str) -> Row:
    """Part a row, without its line ending, at the pipes that are not escaped."""
    text = line.strip(" \t")
    start = "|" if text.startswith("|") else ""
    inner = text[len(start) :]
    end = "|" if inner.endswith("|") and not inner.endswith("\\|") else ""
    inner = inner[: len(inner) - len(end)]
    lead = line[: len(line) - len(line.lstrip(" \t"))]
    trail = line[len(line.rstrip(" \t")) :]
    return Row(lead + start, tuple(_BARE_PIPE.split(inner)), end + trail)


def join_row(row: Row) -> str:
    return row.start + "|".join(row.cells) + row.end


def from_cell(cell: str) -> str:
    """The Markdown in a cell, as a person types it outside of a table."""
    return _BREAK.sub("\n", cell.strip().replace("\\|", "|")).strip()


def title_in(cell: str) -> str:
    """The Markdown of a cell as a title."""
    return shorten(plain(from_cell(cell).replace("\n", " ")), LONGEST_TITLE)


def to_cell(markdown: str) -> str:
    """Markdown, already without blocks, so that it stays within its cell."""
    return _BARE_PIPE.sub(r"\\|", markdown.replace("\n", "<br>"))


def roles_of(header: str, *, is_challenge: bool) -> tuple[Slot | None, ...]:
    """What each column holds, from the header row."""
    cells = [from_cell(cell) for cell in split_row(header).cells]
    if len(cells) > 1:
        named = tuple(_role(cell) for cell in cells)
        if Slot.PROBLEM in named and Slot.SOLUTION in named:
            return named
    return default_roles(cells, is_challenge=is_challenge)


def default_roles(
    cells: Sequence[str], *, is_challenge: bool
) -> tuple[Slot | None, ...]:
    """Title and body from the left, after a column of numbers or of methods.

    ``cells`` are those of the header or of a row.
    """
    first = cells[0].strip(" *_`")
    is_aside = _ASIDE.fullmatch(first) is not None
    is_counted = _NUMBERED.fullmatch(first) or first.isdecimal()
    start = 1 if len(cells) > 1 and (is_counted or is_aside) else 0
    wanted: tuple[Slot | None, ...] = (
        (Slot.PROBLEM, Slot.SOLUTION)
        if is_challenge and len(cells) - start > 1
        else (Slot.TITLE, Slot.BODY)
    )
    before: tuple[Slot | None, ...] = (None if is_aside else Slot.NUMBER,) * start
    return (*before, *wanted, *[None] * len(cells))[: len(cells)]


def _role(cell: str) -> Slot | None:
    label = cell.strip("*_ ") + ":"
    if _NUMBERED.fullmatch(label[:-1]):
        return Slot.NUMBER
    if starts_problem(label):
        return Slot.PROBLEM
    if starts_solution(label):
        return Slot.SOLUTION
    return None


def header_of(text: str) -> str | None:
    """The header row of a table that the text ends with, if it has no rows yet."""
    _, header, delimiter = ("\n\n" + to_newlines(text).rstrip()).rsplit("\n", 2)
    is_table = "|" in header and _DELIMITER.fullmatch(delimiter)
    return header if is_table else None
