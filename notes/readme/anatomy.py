"""Takes the source of one note apart: its frame, the manner of its text, its words."""

from __future__ import annotations

from dataclasses import dataclass

from notes.readme.challenge import is_challenge, read_challenge
from notes.readme.item import Marker, is_done, join_item, split_item
from notes.readme.layout import Layout, Reading, Slot
from notes.readme.lead import read_lead, title_from, title_of
from notes.readme.lines import split_tail, to_newlines
from notes.readme.model import Entry, EntryForm, SectionKind
from notes.readme.symbols import LINE_MARKER
from notes.readme.table import Row, from_cell, split_row, title_in

NO_MARKER = Marker("", "", "", "")


@dataclass(frozen=True, slots=True)
class Anatomy:
    """A note other than a table row: its marker, then what the reading says."""

    form: EntryForm
    marker: Marker
    reading: Reading

    @property
    def layout(self) -> Layout:
        return self.reading.layout


def dissect(source: str, form: EntryForm, kind: SectionKind) -> Anatomy:
    """Take a note apart; ``source`` may have any line endings."""
    text = split_tail(to_newlines(source))[0].removesuffix("\n")
    marker, content, hang = _unframe(text, form)
    if form in _ALWAYS_CHALLENGES or kind is SectionKind.CHALLENGE:
        return Anatomy(form, marker, read_challenge(content, hang))
    if is_challenge(content):
        return Anatomy(form, marker, read_challenge(content))
    return Anatomy(form, marker, read_lead(content))


_ALWAYS_CHALLENGES = frozenset(
    {EntryForm.PAIR, EntryForm.PARAGRAPH, EntryForm.SUBHEADING}
)


def _unframe(text: str, form: EntryForm) -> tuple[Marker, str, int]:
    match form:
        case EntryForm.ITEM:
            return *split_item(text), 0
        case EntryForm.PAIR:
            # Both items are one text, so only the first marker is taken off.
            marker = split_item(text)[0]
            return marker, text[len(marker.text) :], marker.width
        case EntryForm.LINE:
            return *_split_line(text), 0
        case _:
            return NO_MARKER, text, 0


def _split_line(text: str) -> tuple[Marker, str]:
    match = LINE_MARKER.match(text)
    if match is None:
        return NO_MARKER, text
    return Marker("", "", match["sign"], match["gap"]), text[match.end() :]


def frame(form: EntryForm, marker: Marker, content: str) -> str:
    """The source, lines ended by ``\\n`` and the last one not ended at all."""
    match form:
        case EntryForm.ITEM:
            return join_item(marker, content)
        case EntryForm.PAIR:
            return marker.text + content
        case _:
            return marker.sign + marker.gap + content


def build_entry(source: str, after: str, form: EntryForm, kind: SectionKind) -> Entry:
    anatomy = dissect(source, form, kind)
    values = anatomy.reading.values()
    title = title_of(anatomy.reading)
    problem = values.get(Slot.PROBLEM, "")
    solution = values.get(Slot.SOLUTION, "")
    if solution and not problem:
        problem = title
    return Entry(
        source,
        after,
        form,
        title,
        values.get(Slot.BODY, ""),
        problem,
        solution,
        is_done(anatomy.marker),
    )


def build_row(source: str, after: str, roles: tuple[Slot | None, ...]) -> Entry:
    values = row_values(split_row(source.rstrip("\r\n")), roles)
    problem = values.get(Slot.PROBLEM, "")
    title = values.get(Slot.TITLE, "")
    return Entry(
        source,
        after,
        EntryForm.ROW,
        title_in(title) if title else title_from(problem),
        values.get(Slot.BODY, ""),
        problem,
        values.get(Slot.SOLUTION, ""),
    )


def row_values(row: Row, roles: tuple[Slot | None, ...]) -> dict[Slot, str]:
    cells = zip(roles, row.cells, strict=False)
    return {role: from_cell(cell) for role, cell in cells if role is not None}
