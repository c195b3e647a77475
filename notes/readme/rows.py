"""Writes table rows in the manner of the rows around them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace as changed

from notes.readme.compose import whole_body, whole_solution
from notes.readme.contain import flatten
from notes.readme.layout import Slot
from notes.readme.lead import encode_title, retitled, title_from
from notes.readme.model import Draft, Entry, SectionKind
from notes.readme.plain import escape
from notes.readme.table import (
    Row,
    default_roles,
    from_cell,
    join_row,
    roles_of,
    split_row,
    title_in,
    to_cell,
)

Roles = tuple[Slot | None, ...]
_WRAPPED = re.compile(r"(?P<open>\*\*|__|\*|_|)(?P<text>[^\n]*?)(?P=open)")


def write_row(peers: Sequence[Entry], draft: Draft, number: int | None) -> str:
    """A row like its neighbours, without a line end."""
    rows = [split_row(peer.source.rstrip("\r\n")) for peer in peers]
    roles = learnt_roles(peers[-1], rows[-1])
    words = cell_texts(roles, draft, number)
    cells = [
        _padded(text, [row.cells[at] for row in rows if at < len(row.cells)])
        for at, text in enumerate(_wrapped(words, roles, rows))
    ]
    return join_row(Row(rows[-1].start, tuple(cells), rows[-1].end))


def write_first_row(header: str, draft: Draft, kind: SectionKind) -> str:
    """The first row under a header, without a line end."""
    row = split_row(header)
    roles = roles_of(header, is_challenge=kind is SectionKind.CHALLENGE)
    words = cell_texts(roles, draft, 1)
    cells = [_padded(text, [cell]) for text, cell in zip(words, row.cells, strict=True)]
    return join_row(Row(row.start, tuple(cells), row.end))


def rewrite_row(entry: Entry, draft: Draft) -> str:
    """The row with the cells changed that the draft changes, without a line end."""
    row = split_row(entry.source.rstrip("\r\n"))
    roles = learnt_roles(entry, row)
    if Slot.TITLE not in roles:
        draft = retitled(draft, entry)
    if Slot.TITLE not in roles and draft.title == entry.title and draft.problem:
        # The title was only the beginning of the problem.
        draft = changed(draft, title="")
    words = cell_texts(roles, draft, None)
    new = _wrapped(words, roles, [row])
    cells = [
        cell if _is_kept(role, cell, text, draft) else _padded(text, [cell])
        for role, cell, text in zip(roles, row.cells, new, strict=True)
    ]
    return join_row(Row(row.start, tuple(cells), row.end))


def _is_kept(role: Slot | None, cell: str, text: str, draft: Draft) -> bool:
    if role in {None, Slot.NUMBER}:
        return True
    if role is Slot.TITLE:
        return title_in(cell) == draft.title
    return from_cell(cell) == from_cell(text)


def learnt_roles(entry: Entry, row: Row) -> Roles:
    """What each column holds, told by where the words of a note stand in its row."""
    texts = [from_cell(cell) for cell in row.cells]
    if not (entry.problem or entry.solution):
        return default_roles(texts, is_challenge=False)
    named: list[Slot | None] = [None] * len(texts)
    for slot, words in (
        (Slot.PROBLEM, entry.problem),
        (Slot.SOLUTION, entry.solution),
    ):
        free = [at for at, text in enumerate(texts) if text == words and not named[at]]
        if free:
            named[free[0]] = slot
    if Slot.PROBLEM not in named or Slot.SOLUTION not in named:
        return default_roles(texts, is_challenge=True)
    if texts[0].isdecimal() and named[0] is None:
        named[0] = Slot.NUMBER
    return tuple(named)


def cell_texts(roles: Roles, draft: Draft, number: int | None) -> list[str]:
    """The text of each cell; what has no column of its own goes with what has."""
    values = {Slot.NUMBER: "" if number is None else str(number)}
    if Slot.PROBLEM in roles:
        values[Slot.PROBLEM] = _problem(draft)
        values[Slot.SOLUTION] = whole_solution(draft)
    else:
        values[Slot.TITLE] = encode_title(draft.title)
        values[Slot.BODY] = _cell_body(draft)
    if Slot.PROBLEM not in roles and Slot.BODY not in roles:
        values[Slot.TITLE] = _alone(values[Slot.TITLE], values[Slot.BODY])
    return [to_cell(flatten(values.get(role, ""))) if role else "" for role in roles]


def _cell_body(draft: Draft) -> str:
    body = whole_body(draft)
    return "" if title_from(body) == body == draft.title else body


def _alone(title: str, body: str) -> str:
    return f"{title}: {body}" if body else title


def _problem(draft: Draft) -> str:
    problem, title = draft.problem, draft.title
    if not problem:
        return escape(title)
    if not title or title_from(from_cell(problem)) == title or problem == title:
        return problem
    return f"{escape(title)}: {problem}"


def _wrapped(words: Sequence[str], roles: Roles, rows: Sequence[Row]) -> list[str]:
    """Put the title in bold where most titles of the column are."""
    texts = list(words)
    if Slot.TITLE not in roles:
        return texts
    at = roles.index(Slot.TITLE)
    marks = Counter(_mark(row.cells[at]) for row in rows if at < len(row.cells))
    mark = marks.most_common(1)[0][0] if marks else ""
    texts[at] = f"{mark}{texts[at]}{mark}"
    return texts


def _mark(cell: str) -> str:
    match = _WRAPPED.fullmatch(cell.strip())
    return match["open"] if match and match["text"] else ""


def _padded(text: str, column: Sequence[str]) -> str:
    """Set a cell as wide as its column, where all cells of it are equally wide."""
    last = column[-1] if column else "  "
    before = last[: len(last) - len(last.lstrip())][:1] if last.strip() else " "
    after = " " if last.endswith(" ") or not last.strip() else ""
    padded = before + text + after
    widths = {len(cell) for cell in column}
    return padded.ljust(widths.pop()) if len(widths) == 1 else padded
