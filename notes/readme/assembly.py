"""Puts a hub's README together from its rows, and new text into them.

The rows hold the README's bytes in slices: the preamble, each section's opening, each
note's source and what stands after it. Joined in order they are the README.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

from django.db import transaction

from notes.models import Hub, Note, Readme, Section
from notes.models.note import NoteQuerySet
from notes.readme import model, style
from notes.readme.model import EntryForm, SectionKind
from notes.readme.parser import reread

CHUNK_ROWS = 2_000
NEIGHBOURS = 20
SLICE_FIELDS = ["source", "after", "form", "placed_in", "position", "is_placed"]


def chunks(hub: Hub) -> Iterator[bytes]:
    """The README's bytes, a few thousand rows at a time."""
    yield Readme.objects.values_list("preamble", flat=True).get(hub=hub).encode()
    slices = (
        hub.notes.placed()
        .values_list("placed_in", "source", "after")
        .iterator(chunk_size=CHUNK_ROWS)
    )
    by_section = groupby(slices, key=itemgetter(0))
    ready = next(by_section, None)
    for pk, opening in hub.sections.values_list("pk", "opening"):
        yield opening.encode()
        if ready and ready[0] == pk:
            yield "".join(source + after for _, source, after in ready[1]).encode()
            ready = next(by_section, None)


def place_notes(hub: Hub) -> int:
    """Write every note that changed into its section's manner; how many there were."""
    with transaction.atomic():
        hold(hub)
        changed = list(_waiting(hub).select_for_update(of=("self",)))
        _placed(hub, changed).save()
    return len(changed)


def hold(hub: Hub) -> None:
    """Let nobody else write the hub's slices until the end of the transaction.

    Submissions go on: they write no slices and only refer to the hub's row.
    """
    Hub.objects.select_for_update(no_key=True).get(pk=hub.pk)


def text(hub: Hub) -> str:
    """The whole README at once, for what looks at it as text."""
    return b"".join(chunks(hub)).decode()


def text_with(hub: Hub, *notes: Note) -> str:
    """The README as the rebuild would write it with these notes; nothing is saved.

    Notes of others that wait for the rebuild are in it. A note that is stored counts
    as it is given here.
    """
    own = {note.pk for note in notes}
    others = (note for note in _waiting(hub) if note.pk not in own)
    in_turn = sorted([*others, *notes], key=lambda note: note.pk or math.inf)
    return _placed(hub, in_turn).text()


def _waiting(hub: Hub) -> NoteQuerySet:
    notes = hub.notes.unplaced().select_related("section", "placed_in")
    return notes.order_by("id")


def _placed(hub: Hub, notes: Sequence[Note]) -> Pages:
    pages = Pages(hub, whole={note.placed_in_id for note in notes})
    for note in notes:
        pages.place(note)
    return pages


class Page:
    """A section's rows beside the value that `style` works on."""

    def __init__(self, section: Section, *, window: int | None) -> None:
        self.section = section
        self.rows = list(section.entries.order_by("-position", "-id")[:window])[::-1]
        self.loaded = len(self.rows)
        entries = tuple(map(_entry, self.rows))
        self.value = replace(_value(section), entries=entries)
        if not all(row.is_placed for row in self.rows):
            self.value = _as_it_stands(self.value)

    def append(self, note: Note, *, fallback: model.Section | None) -> None:
        self.value = style.append(self.value, _draft(note), fallback=fallback)
        note.position = self.rows[-1].position + 1 if self.rows else 0
        self.rows.append(note)

    def replace(self, note: Note) -> None:
        index = self.index(note)
        self.value = style.replace(self.value, index, _draft(note))
        self.rows[index] = note

    def remove(self, note: Note) -> None:
        index = self.index(note)
        self.value = style.remove(self.value, index)
        del self.rows[index]

    def shift(self, note: Note, *, by: int) -> bool:
        """Move a note among the others; False where there is no further place."""
        index = self.index(note)
        if not 0 <= index + by < len(self.rows):
            return False
        self.value = style.move(self.value, index, index + by)
        self.rows.insert(index + by, self.rows.pop(index))
        return True

    def renumbered(self) -> Iterator[Note]:
        """The rows whose position is not the one of their place, with the new one.

        Only for a page that is loaded as a whole.
        """
        positions = sorted(row.position for row in self.rows)
        if len(set(positions)) < len(positions):
            positions = list(range(len(positions)))
        for row, position in zip(self.rows, positions, strict=True):
            if row.position != position:
                row.position = position
                yield row

    def take(self, note: Note) -> model.Entry:
        """Remove a note; the entry that it was."""
        entry = self.value.entries[self.index(note)]
        self.remove(note)
        return entry

    def receive(
        self, note: Note, entry: model.Entry, *, fallback: model.Section | None
    ) -> None:
        """Add a note from another section at the end, in its own words."""
        end = len(self.value.entries)
        self.value = style.insert_entry(self.value, end, entry, fallback=fallback)
        # Its slice may be the same in both sections, yet has to be written.
        note.is_placed = False
        note.position = self.rows[-1].position + 1 if self.rows else 0
        self.rows.append(note)

    def index(self, note: Note) -> int:
        return next(i for i, row in enumerate(self.rows) if row.pk == note.pk)

    def text(self, slices: Sequence[str]) -> str:
        """The section as it is now; ``slices`` are those of all its rows as stored."""
        above = slices[: len(slices) - self.loaded]
        near = (entry.source + entry.after for entry in self.value.entries)
        return "".join([self.value.opening, *above, *near])

    def changed_rows(self) -> Iterator[Note]:
        """The rows whose slice differs now, with the new slice."""
        for note, entry in zip(self.rows, self.value.entries, strict=True):
            is_same = (note.source, note.after) == (entry.source, entry.after)
            if note.is_placed and is_same:
                continue
            note.source, note.after = entry.source, entry.after
            note.form, note.placed_in, note.is_placed = entry.form, self.section, True
            yield note


class Pages:
    """The sections that one placement touches, each loaded once.

    A section that only gets new notes at its end is learnt from its last few.
    """

    def __init__(self, hub: Hub, *, whole: set[int | None]) -> None:
        self.hub = hub
        self.whole = whole
        self.pages: dict[int, Page] = {}
        self.gone: list[Note] = []

    def of(self, section: Section) -> Page:
        if section.pk not in self.pages:
            window = None if section.pk in self.whole else NEIGHBOURS
            self.pages[section.pk] = Page(section, window=window)
        return self.pages[section.pk]

    def place(self, note: Note) -> None:
        if (
            note.placed_in
            and note.is_published
            and note.placed_in_id == note.section_id
        ):
            self.of(note.section).replace(note)
            return
        if note.placed_in:
            self.of(note.placed_in).remove(note)
        if note.is_published:
            self.of(note.section).append(note, fallback=self.fallback(note.section))
        else:
            self.gone.append(note)

    def fallback(self, section: Section) -> model.Section | None:
        """The nearest section with notes, to learn from when this one has none.

        Challenges learn from challenges, where there are any, and others from others.
        """
        if self.of(section).rows:
            return None

        def distance(other: Section) -> tuple[bool, int]:
            is_other = _is_for_challenges(other) is not _is_for_challenges(section)
            return is_other, abs(other.position - section.position)

        others = self.hub.sections.exclude(entries=None).distinct()
        nearest = min(others, key=distance, default=None)
        return self.of(nearest).value if nearest else None

    def text(self) -> str:
        """The whole README with these pages as they are now."""
        slices: dict[int, list[str]] = defaultdict(list)
        rows = self.hub.notes.placed().values_list("placed_in", "source", "after")
        for pk, source, after in rows.iterator(chunk_size=CHUNK_ROWS):
            slices[pk].append(source + after)
        parts = [Readme.objects.values_list("preamble", flat=True).get(hub=self.hub)]
        for pk, opening in self.hub.sections.values_list("pk", "opening"):
            page = self.pages.get(pk)
            stored = slices[pk]
            parts += [page.text(stored)] if page else [opening, *stored]
        return "".join(parts)

    def save(self) -> None:
        """Write the rows and the openings that have changed, and no others.

        One statement each: building bulk_update's takes four times as long.
        """
        for note in self.gone:
            note.source, note.after = "", ""
            note.placed_in, note.is_placed = None, True
        rows = [row for page in self.pages.values() for row in page.changed_rows()]
        for note in self.gone + rows:
            note.save(update_fields=SLICE_FIELDS)
        for page in self.pages.values():
            if page.section.opening != page.value.opening:
                page.section.opening = page.value.opening
                page.section.save(update_fields=["opening"])


def _is_for_challenges(section: Section) -> bool:
    return section.kind == SectionKind.CHALLENGE.value


def outline_of(sections: Iterable[Section]) -> list[model.Section]:
    """The sections as values, without their notes."""
    return [_value(section) for section in sections]


def _value(section: Section) -> model.Section:
    return model.Section(
        level=section.level,
        title=section.title,
        kind=SectionKind(section.kind),
        opening=section.opening,
    )


def _entry(note: Note) -> model.Entry:
    return model.Entry(
        source=note.source,
        after=note.after,
        form=EntryForm(note.form),
        title=note.title,
        body=note.body,
        problem=note.problem,
        solution=note.solution,
    )


def _as_it_stands(section: model.Section) -> model.Section:
    """The section with what its text says: an edited note's row is ahead of its slice.

    Text that reads differently without its surroundings is left to the row.
    """
    read = reread(section)
    slices = [(entry.source, entry.after) for entry in section.entries]
    if [(entry.source, entry.after) for entry in read] != slices:
        return section
    return replace(section, entries=read)


def _draft(note: Note) -> model.Draft:
    return model.Draft(
        title=note.title, body=note.body, problem=note.problem, solution=note.solution
    )
