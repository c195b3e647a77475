"""Turns a README that people kept by hand into a hub's sections and notes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from notes.errors import NexusError
from notes.links.extract import links
from notes.models import Hub, Note, Readme, Section
from notes.readme import assembly, model
from notes.readme.matching import Matching, match
from notes.readme.parser import parse
from notes.readme.renderer import render

LARGEST_BYTES = 1_000_000
NOT_EQUAL = (
    "The rebuilt README would differ from the file, so nothing was changed; "
    "please report this file."
)
STORED_FIELDS = [
    *("section", "placed_in", "position", "source", "after", "form"),
    *("title", "body", "problem", "solution", "are_links_read"),
]


class ImportRefusedError(NexusError):
    """The file is no README that Nexus can take; nothing was changed."""


@dataclass(frozen=True)
class Receipt:
    """What an import found, kept and let go."""

    sections: int
    notes: int
    kinds: dict[str, int]
    links: int
    kept: int
    changed: int
    withdrawn: int

    @property
    def fresh(self) -> int:
        return self.notes - self.kept

    def __str__(self) -> str:
        kinds = ", ".join(f"{count} {kind}" for kind, count in self.kinds.items())
        lines = [
            f"{self.notes} items in, {self.notes} out: the README's bytes are equal.",
            f"{self.sections} sections; notes by kind: {kinds or 'none'}.",
            f"{self.links} links.",
        ]
        if self.kept:
            lines.append(f"{self.kept} notes were here already and keep their history.")
        if self.changed:
            lines.append(f"{self.changed} of them have another text now.")
        if self.withdrawn:
            lines.append(
                f"{self.withdrawn} notes that the file does not hold were withdrawn; "
                "their text is kept."
            )
        return "\n".join(lines)


def decode(data: bytes) -> str:
    """The README's text, line endings and byte order mark included.

    Raises ImportRefusedError with one sentence for what is too large or no text.
    """
    if len(data) > LARGEST_BYTES:
        raise ImportRefusedError(
            f"The file has {len(data):,} bytes; a README may have up to "
            f"{LARGEST_BYTES:,}: split it or take out what is no text."
        )
    if b"\0" in data:
        raise ImportRefusedError(
            "The file is binary; choose the README.md itself, a plain text file."
        )
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise ImportRefusedError(
            f"The file is not UTF-8 (byte {error.start}); save it as UTF-8 and "
            "import it again."
        ) from error


def plan(hub: Hub, text: str) -> Matching:
    """Which entry of ``text`` becomes which note of the hub; nothing is changed."""
    document = parse(text)
    if render(document) != text:
        raise ImportRefusedError(NOT_EQUAL)
    return match(document, hub.notes.placed().select_related("placed_in"))


def receipt_of(matching: Matching) -> Receipt:
    known = [place for place in matching.places if place.note]
    return Receipt(
        sections=len(matching.document.sections),
        notes=len(matching.places),
        kinds=matching.kinds,
        links=len({link.url for link in links(render(matching.document))}),
        kept=len(known),
        changed=sum(place.is_changed for place in known),
        withdrawn=len(matching.missing),
    )


def store(hub: Hub, text: str) -> Receipt:
    """Make ``text`` the hub's README, byte for byte, in the caller's transaction.

    A note whose entry is in the text keeps its row. A note that the text does not hold
    is withdrawn; one that waits for its rebuild goes on waiting.
    """
    assembly.hold(hub)
    matching = plan(hub, text)
    receipt = receipt_of(matching)
    Readme.objects.filter(hub=hub).update(preamble=matching.document.preamble)
    former = list(hub.sections.all())
    sections = _store_sections(hub, matching.document, former)
    _store_notes(hub, matching, sections)
    _withdraw(matching.missing)
    kept = {section.pk for section in sections}
    _move_out([one for one in former if one.pk not in kept], sections)
    if assembly.text(hub) != text:
        raise ImportRefusedError(NOT_EQUAL)
    return receipt


def _store_sections(
    hub: Hub, document: model.Document, former: list[Section]
) -> list[Section]:
    """The sections' rows, those that were here already under the same title."""
    known: dict[str, list[Section]] = defaultdict(list)
    for section in reversed(former):
        known[section.title].append(section)
    sections = []
    for position, parsed in enumerate(document.sections):
        title = parsed.title[:500]
        section = known[title].pop() if known[title] else Section(hub=hub, title=title)
        section.position, section.level = position, parsed.level
        section.kind, section.opening = parsed.kind.value, parsed.opening
        sections.append(section)
    kept = [section for section in sections if section.pk]
    Section.objects.bulk_create(section for section in sections if not section.pk)
    Section.objects.bulk_update(kept, ["position", "level", "kind", "opening"])
    return sections


def _store_notes(hub: Hub, matching: Matching, sections: list[Section]) -> None:
    fresh: list[Note] = []
    kept: list[Note] = []
    for place in matching.places:
        is_changed = place.is_changed
        note = place.note or Note(hub=hub, is_placed=True)
        if is_changed or place.note is None:
            _read(note, place.entry)
        note.section = note.placed_in = sections[place.section]
        note.position, note.after = place.position, place.entry.after
        (kept if place.note else fresh).append(note)
    Note.objects.bulk_create(fresh, batch_size=500)
    Note.objects.bulk_update(kept, STORED_FIELDS, batch_size=200)


def _read(note: Note, entry: model.Entry) -> None:
    """Have the note say what its entry says, unless a newer text of it waits."""
    note.source, note.form = entry.source, entry.form.value
    if not note.is_placed:
        return
    note.are_links_read = False
    note.title = entry.title[:500]
    note.body = entry.body
    note.problem, note.solution = entry.problem, entry.solution


def _withdraw(notes: list[Note]) -> None:
    """Take notes out of the README; their text stays in the database."""
    changed = Note.objects.filter(pk__in=[note.pk for note in notes])
    changed.update(
        state=Note.State.WITHDRAWN, placed_in=None, is_placed=True, source="", after=""
    )


def _move_out(gone: list[Section], sections: list[Section]) -> None:
    """Notes outside the README follow their section to its like; it is deleted."""
    by_title = {section.title.casefold(): section for section in sections}
    by_kind = {section.kind: section for section in reversed(sections)}
    for section in gone:
        if not section.notes.exists():
            continue
        heir = by_title.get(section.title.casefold()) or by_kind.get(section.kind)
        heir = heir or (sections[0] if sections else None)
        if heir is None:
            raise ImportRefusedError(
                "The file has no heading, but the hub has notes that wait for one; "
                "add a heading to the file and import it again."
            )
        section.notes.update(section=heir)
    Section.objects.filter(pk__in=[section.pk for section in gone]).delete()
