"""Tells which entry of a new README text is which note of the present one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from notes.models import Note
from notes.readme import model

ALIKE = 0.7


@dataclass(slots=True)
class Place:
    """An entry's place in the text, and the note that it is; None where it is new."""

    section: int
    position: int
    entry: model.Entry
    note: Note | None = None

    @property
    def is_changed(self) -> bool:
        return self.note is not None and self.note.source != self.entry.source


@dataclass(frozen=True)
class Matching:
    """Every entry of the document in order, and the notes that it does not hold."""

    document: model.Document
    places: list[Place]
    missing: list[Note]

    @property
    def kinds(self) -> dict[str, int]:
        """How many notes there are of each kind, in the order of the text."""
        sections = self.document.sections
        return dict(Counter(sections[place.section].kind for place in self.places))


def match(document: model.Document, former: Iterable[Note]) -> Matching:
    """Give each entry its note: the same text, else the same title in its section.

    An entry whose title changed too is the note in whose stead it stands, where the
    words are alike; a note is kept rather than withdrawn and made anew.
    """
    places = list(_places(document))
    titles = [section.title.casefold() for section in document.sections]
    missing = _pair(
        places,
        list(former),
        of_place=lambda place: place.entry.source,
        of_note=lambda note: note.source,
    )
    missing = _pair(
        places,
        missing,
        of_place=lambda place: (titles[place.section], place.entry.title),
        of_note=lambda note: (_section_of(note), note.title),
    )
    missing = _pair(
        places,
        missing,
        of_place=lambda place: titles[place.section],
        of_note=_section_of,
        fits=_is_alike,
    )
    return Matching(document, places, missing)


def _places(document: model.Document) -> Iterator[Place]:
    for number, section in enumerate(document.sections):
        for position, entry in enumerate(section.entries):
            yield Place(number, position, entry)


def _section_of(note: Note) -> str:
    return note.placed_in.title.casefold() if note.placed_in else ""


def _is_alike(place: Place, note: Note) -> bool:
    """Whether the words are nearly the same; the marks around them always are."""
    entry = place.entry
    new = (entry.title, entry.body, entry.problem, entry.solution)
    old = (note.title, note.body, note.problem, note.solution)
    texts = SequenceMatcher(None, "\n".join(new), "\n".join(old), autojunk=False)
    return texts.quick_ratio() >= ALIKE and texts.ratio() >= ALIKE


def _pair(
    places: list[Place],
    notes: list[Note],
    *,
    of_place: Callable[[Place], Hashable],
    of_note: Callable[[Note], Hashable],
    fits: Callable[[Place, Note], bool] = lambda _place, _note: True,
) -> list[Note]:
    """Pair what has the same key, in order; the notes that are left."""
    waiting: dict[Hashable, list[Note]] = defaultdict(list)
    for note in reversed(notes):
        waiting[of_note(note)].append(note)
    for place in places:
        candidates = waiting.get(of_place(place))
        if place.note is None and candidates and fits(place, candidates[-1]):
            place.note = candidates.pop()
    left = {note.pk for group in waiting.values() for note in group}
    return [note for note in notes if note.pk in left]
