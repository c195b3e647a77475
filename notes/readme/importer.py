"""Turns a README that people kept by hand into a hub's sections and notes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from notes.errors import NexusError
from notes.models import Hub, Note, Readme, Section
from notes.readme import assembly, model
from notes.readme.parser import parse

LARGEST_BYTES = 1_000_000


class ImportRefusedError(NexusError):
    """The file is no README that Nexus can take; nothing was changed."""


@dataclass(frozen=True)
class Receipt:
    """What an import found, kept and let go."""

    sections: int
    notes: int
    kinds: dict[str, int]
    kept: int
    withdrawn: int

    def __str__(self) -> str:
        kinds = ", ".join(f"{count} {kind}" for kind, count in self.kinds.items())
        lines = [
            f"{self.notes} items in, {self.notes} out: the README's bytes are equal.",
            f"{self.sections} sections; notes by kind: {kinds or 'none'}.",
        ]
        if self.kept:
            lines.append(f"{self.kept} notes were here already and keep their history.")
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


def store(hub: Hub, text: str) -> Receipt:
    """Make ``text`` the hub's README, byte for byte, in the caller's transaction.

    A note whose slice is in the text unchanged keeps its row. A note that the text does
    not hold is withdrawn; one that waits for its first rebuild goes on waiting.
    """
    document = parse(text)
    Readme.objects.filter(hub=hub).update(preamble=document.preamble)
    former = list(hub.notes.placed().select_related("placed_in"))
    former_sections = list(hub.sections.all())
    sections = _store_sections(hub, document)
    kept, kinds = _store_notes(hub, document, sections, former)
    withdrawn = _withdraw([note for note in former if note.pk not in kept])
    _move_out(hub, former_sections, sections)
    if b"".join(assembly.chunks(hub)) != text.encode():
        raise ImportRefusedError(
            "The rebuilt README would differ from the file, so nothing was changed; "
            "please report this file."
        )
    total = sum(kinds.values())
    return Receipt(len(sections), total, dict(kinds), len(kept), withdrawn)


def _store_sections(hub: Hub, document: model.Document) -> list[Section]:
    return Section.objects.bulk_create(
        Section(
            hub=hub,
            position=position,
            level=section.level,
            title=section.title[:500],
            kind=section.kind.value,
            opening=section.opening,
        )
        for position, section in enumerate(document.sections)
    )


def _store_notes(
    hub: Hub, document: model.Document, sections: list[Section], former: list[Note]
) -> tuple[set[int], dict[str, int]]:
    """The ids of the notes that were here already, and how many notes of each kind."""
    known: dict[str, list[Note]] = defaultdict(list)
    for note in reversed(former):
        known[note.source].append(note)
    kinds: dict[str, int] = defaultdict(int)
    fresh: list[Note] = []
    kept: list[Note] = []
    for section, position, entry in _entries(document, sections):
        kinds[section.kind] += 1
        is_known = bool(known[entry.source])
        note = known[entry.source].pop() if is_known else _new_note(hub, entry)
        note.section = note.placed_in = section
        note.position, note.after = position, entry.after
        (kept if is_known else fresh).append(note)
    Note.objects.bulk_create(fresh, batch_size=500)
    fields = ["section", "placed_in", "position", "after"]
    Note.objects.bulk_update(kept, fields, batch_size=500)
    return {note.pk for note in kept}, kinds


def _entries(
    document: model.Document, sections: list[Section]
) -> Iterator[tuple[Section, int, model.Entry]]:
    for section, parsed in zip(sections, document.sections, strict=True):
        for position, entry in enumerate(parsed.entries):
            yield section, position, entry


def _new_note(hub: Hub, entry: model.Entry) -> Note:
    return Note(
        hub=hub,
        title=entry.title[:500],
        body=entry.body,
        problem=entry.problem,
        solution=entry.solution,
        form=entry.form.value,
        source=entry.source,
        is_placed=True,
    )


def _withdraw(notes: list[Note]) -> int:
    """Take notes out of the README; the withdrawn ones of before are counted not."""
    changed = Note.objects.filter(pk__in=[note.pk for note in notes])
    changed.update(
        state=Note.State.WITHDRAWN, placed_in=None, is_placed=True, source="", after=""
    )
    return len(notes)


def _move_out(hub: Hub, former: list[Section], sections: list[Section]) -> None:
    """Notes outside the README follow their section to its namesake; it is deleted."""
    by_title = {section.title.casefold(): section for section in sections}
    by_kind = {section.kind: section for section in reversed(sections)}
    for section in former:
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
    hub.sections.filter(pk__in=[section.pk for section in former]).delete()
