"""What people do with the order of a README: move notes, keep its sections.

Unlike a note's text, which the rebuild writes, the order is changed at once: where a
note goes depends on what stands there now.
"""

from __future__ import annotations

from dataclasses import replace

from django.contrib.auth.models import User
from django.db import transaction

from notes.errors import NexusError
from notes.events import record_event
from notes.models import EventKind, Hub, Note, Readme, Section
from notes.readme import arrange, assembly, headings, model
from notes.readme.assembly import SLICE_FIELDS, Page, Pages
from notes.readme.blocks import BlockKind, read_blocks
from notes.readme.lines import split_lines

# A README has one heading of the first level; what is added goes under it.
HIGHEST_LEVEL = 2
UNSOUND = (
    "A heading would not be read as one there: a code block above it is not closed, "
    "perhaps. Nothing was changed; the README doctor may know more."
)


class NotInReadmeError(NexusError):
    """This note is not in the README; publish it again before it can be moved."""


class SectionRefusedError(NexusError):
    """Why a section cannot be changed so."""


@transaction.atomic
def shift_note(*, note: Note, editor: User, by: int) -> bool:
    """Move a note up (-1) or down (1) in its section; False where it is the last."""
    note, pages = _settled(note)
    page = pages.of(note.section)
    if not page.shift(note, by=by):
        return False
    pages.save()
    Note.objects.bulk_update(list(page.renumbered()), ["position"], batch_size=500)
    _request_rebuild(note)
    record_event(EventKind.NOTE_MOVED, note=note, actor=editor)
    return True


@transaction.atomic
def move_note(*, note: Note, editor: User, to: Section) -> bool:
    """Move a note to the end of another section, in the same words."""
    note, pages = _settled(note)
    if note.section_id == to.pk:
        return False
    entry = pages.of(note.section).take(note)
    pages.of(to).receive(note, entry, fallback=pages.fallback(to))
    note.section = to
    pages.save()
    _request_rebuild(note)
    record_event(EventKind.NOTE_MOVED, note=note, actor=editor)
    return True


def _settled(note: Note) -> tuple[Note, Pages]:
    """The note with its hub's pages, after everything that waited is in its place."""
    assembly.hold(note.hub)
    assembly.place_notes(note.hub)
    note = Note.objects.select_related("hub", "section", "placed_in").get(pk=note.pk)
    if note.placed_in_id is None:
        raise NotInReadmeError
    return note, Pages(note.hub, whole={note.placed_in_id})


def _request_rebuild(note: Note) -> None:
    note.readme_version = Readme.objects.request_rebuild(note.hub)
    note.save(update_fields=["section", "readme_version"])


@transaction.atomic
def add_section(
    *, hub: Hub, after: Section | None, editor: User, title: str
) -> Section:
    """Add a section of the same level after another and all that is under it.

    Without another it becomes the first of a README that has none.
    """
    outline = Outline(hub)
    sections = outline.document.sections
    at = arrange.extent(sections, outline.index(after)).stop if after else len(sections)
    level = max(after.level, HIGHEST_LEVEL) if after else HIGHEST_LEVEL
    section = outline.insert(at, headings.new_section(sections, title, level))
    outline.save()
    record_event(EventKind.SECTION_ADDED, hub=hub, actor=editor, title=section.title)
    return section


@transaction.atomic
def rename_section(*, section: Section, editor: User, title: str) -> bool:
    """Give a section another title; False where it has it already."""
    outline = Outline(section.hub)
    index = outline.index(section)
    sections = list(outline.document.sections)
    former = sections[index].title
    if former == title:
        return False
    try:
        sections[index] = headings.rename_section(sections[index], title)
    except headings.UnnamedSectionError as error:
        raise SectionRefusedError(str(error)) from error
    outline.document = replace(outline.document, sections=tuple(sections))
    outline.save()
    record_event(
        EventKind.SECTION_RENAMED,
        hub=section.hub,
        actor=editor,
        title=title,
        former_title=former,
    )
    return True


@transaction.atomic
def shift_section(*, section: Section, editor: User, is_up: bool) -> bool:
    """Move a section with all under it past its neighbour; False without one."""
    outline = Outline(section.hub)
    sections = outline.document.sections
    pair = arrange.neighbours(sections, outline.index(section), is_up=is_up)
    if pair is None:
        return False
    upper, lower = (slice(one.start, one.stop) for one in pair)
    try:
        swapped = arrange.swap(sections[upper], sections[lower])
    except arrange.SectionCannotMoveError as error:
        raise SectionRefusedError(str(error)) from error
    both = slice(upper.start, lower.stop)
    outline.pages[both] = outline.pages[lower] + outline.pages[upper]
    around = sections[: both.start], sections[both.stop :]
    outline.document = replace(
        outline.document, sections=(*around[0], *swapped, *around[1])
    )
    outline.save()
    record_event(
        EventKind.SECTION_MOVED, hub=section.hub, actor=editor, title=section.title
    )
    return True


class Outline:
    """A hub's sections, each with only the last of its notes, beside their rows.

    That is all that the space between sections belongs to.
    """

    def __init__(self, hub: Hub) -> None:
        assembly.hold(hub)
        assembly.place_notes(hub)
        self.hub = hub
        self.pages = [Page(row, window=1) for row in hub.sections.all()]
        readme = Readme.objects.get(hub=hub)
        sections = tuple(page.value for page in self.pages)
        self.document = model.Document(readme.preamble, sections)
        self.headings_expected = self._count_headings()

    def index(self, section: Section) -> int:
        pks = [page.section.pk for page in self.pages]
        return pks.index(section.pk)

    def insert(self, at: int, value: model.Section) -> Section:
        self.document = headings.insert_section(self.document, at, value)
        row = Section.objects.create(hub=self.hub, position=at)
        self.pages.insert(at, Page(row, window=1))
        self.headings_expected += 1
        return row

    def remove(self, index: int, *, end_of: model.Section) -> None:
        """Take out a section without notes; ``end_of`` is what ended it with them."""
        rest = arrange.without(self.document.sections, index, end_of=end_of)
        self.document = replace(self.document, sections=rest)
        Section.objects.filter(pk=self.pages.pop(index).section.pk).delete()
        self.headings_expected -= 1

    def save(self) -> None:
        """Write what changed, in the caller's transaction, and ask for a rebuild.

        Raises SectionRefusedError where a heading would not be read as one.
        """
        Readme.objects.filter(hub=self.hub).update(preamble=self.document.preamble)
        pairs = zip(self.pages, self.document.sections, strict=True)
        for position, (page, section) in enumerate(pairs):
            page.value = section
            for note in page.changed_rows():
                note.save(update_fields=SLICE_FIELDS)
            row = page.section
            row.position, row.level = position, section.level
            row.title, row.kind = section.title[:500], section.kind.value
            row.opening = section.opening
            row.save()
        if self._count_headings() != self.headings_expected:
            raise SectionRefusedError(UNSOUND)
        Readme.objects.request_rebuild(self.hub)

    def _count_headings(self) -> int:
        text = assembly.text(self.hub)
        blocks = read_blocks(text, split_lines(text))
        return sum(block.kind is BlockKind.HEADING for block in blocks)
