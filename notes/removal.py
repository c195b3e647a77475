"""Removes a section; whoever does it says what becomes of its notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction

from notes.events import record_event
from notes.models import EventKind, Note, Readme, Section
from notes.readme import assembly
from notes.readme.arrange import extent
from notes.readme.assembly import Pages, outline_of
from notes.readme.comparison import compare, fingerprint
from notes.readme.differences import Difference
from notes.readme.lines import is_gap
from notes.readme.opening import split_heading
from notes.structure import Outline, SectionRefusedError

NO_HEADING = (
    "These notes stand before the first heading, so there is none to remove: move "
    "them to other sections one by one."
)
NO_HEIR = (
    "This is the last section, and notes belong to it, withdrawn ones perhaps: add "
    "another section for them first."
)
CHANGED = (
    "The README has changed since you looked, so the section is still there: look "
    "again at what removing it does."
)


@dataclass(frozen=True)
class Removal:
    """What removing a section changes; ``seen`` names the README that it is about."""

    difference: Difference
    has_text: bool
    seen: str


def preview_removal(*, section: Section, notes_to: Section | None) -> Removal:
    """What removing the section would change: it is done, and then taken back."""
    with transaction.atomic():
        before = _settled_text(section)
        _remove(section, notes_to)
        after = assembly.text(section.hub)
        transaction.set_rollback(True)
    return Removal(compare(before, after), has_text(section), fingerprint(before))


@transaction.atomic
def remove_section(
    *, section: Section, editor: User, notes_to: Section | None, seen: str
) -> None:
    """Take a section out of the README that was ``seen``.

    Its notes go to the end of another section or, without one, are withdrawn.
    """
    if fingerprint(_settled_text(section)) != seen:
        raise SectionRefusedError(CHANGED)
    notes = _remove(section, notes_to)
    kind = EventKind.NOTE_MOVED if notes_to else EventKind.NOTE_WITHDRAWN
    for note in notes:
        record_event(kind, note=note, actor=editor)
    record_event(
        EventKind.SECTION_REMOVED, hub=section.hub, actor=editor, title=section.title
    )


def require_removable(section: Section, sections: Sequence[Section]) -> None:
    """Raises SectionRefusedError with what has to be done first."""
    if not section.level:
        raise SectionRefusedError(NO_HEADING)
    at = sections.index(section)
    below = [sections[index].title for index in extent(outline_of(sections), at)][1:]
    if below:
        raise SectionRefusedError(
            f"Sections stand under this one ({', '.join(below)}): remove those first."
        )
    if len(sections) == 1 and section.notes.exists():
        raise SectionRefusedError(NO_HEIR)


def has_text(section: Section) -> bool:
    """Whether anything under the heading is no note and would go with it."""
    between = section.entries.values_list("after", flat=True)
    return not all(map(is_gap, [split_heading(section.opening)[1], *between]))


def _settled_text(section: Section) -> str:
    assembly.hold(section.hub)
    assembly.place_notes(section.hub)
    return assembly.text(section.hub)


def _remove(section: Section, notes_to: Section | None) -> list[Note]:
    """Do it in the caller's transaction; the notes that stood there."""
    sections = list(section.hub.sections.all())
    require_removable(section, sections)
    pages = Pages(section.hub, whole={section.pk})
    page = pages.of(section)
    end, notes = page.value, page.rows
    _empty(pages, section, notes_to)
    at = sections.index(section)
    heir = notes_to or next(iter([*sections[:at][::-1], *sections[at + 1 :]]), None)
    section.notes.update(section=heir)
    outline = Outline(section.hub)
    outline.remove(outline.index(section), end_of=end)
    outline.save()
    return notes


def _empty(pages: Pages, section: Section, notes_to: Section | None) -> None:
    """Have the notes stand elsewhere or nowhere; the text between them stays."""
    page = pages.of(section)
    version = Readme.objects.request_rebuild(section.hub)
    for note, entry in zip(page.rows, page.value.entries, strict=True):
        if notes_to:
            fallback = pages.fallback(notes_to)
            pages.of(notes_to).receive(note, entry, fallback=fallback)
        else:
            pages.gone.append(note)
    del pages.pages[section.pk]
    pages.save()
    notes = Note.objects.filter(pk__in=[note.pk for note in page.rows])
    notes.update(readme_version=version)
    if not notes_to:
        notes.update(state=Note.State.WITHDRAWN)
