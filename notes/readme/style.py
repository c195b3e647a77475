"""Changes a README in its own manner: add, change, take out and move notes.

Every operation is pure and works on a window of a section: a section value whose
entries are only the notes around the place, at least the neighbours on both sides and,
where notes are numbered, all that follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace as changed
from itertools import chain

from notes.readme.draft import draft_of, forms_of, revisions_of
from notes.readme.item import split_item
from notes.readme.lines import from_newlines, is_terminated, line_ending
from notes.readme.manner import Manner, learn, rewrite, write_like
from notes.readme.model import Draft, Entry, EntryForm, Section
from notes.readme.numbering import (
    count_on,
    is_constant,
    next_number,
    number_of,
    with_number,
)
from notes.readme.opening import first_entry
from notes.readme.parser import parse, reread
from notes.readme.places import built, put, spacings, taken_out

__all__ = [
    "Draft",
    "append",
    "draft_of",
    "insert",
    "insert_entry",
    "move",
    "remove",
    "replace",
]
# So many notes around the place are read again to prove that a change is sound.
_REACH = 25
_UNDERLINED = "Heading\n---\n"


def append(
    section: Section, draft: Draft, *, fallback: Section | None = None
) -> Section:
    """The section with a new note at its end.

    ``fallback`` is the nearest other section with notes; it lends its manner to a
    section that has none of its own.
    """
    return insert(section, len(section.entries), draft, fallback=fallback)


def insert(
    section: Section, index: int, draft: Draft, *, fallback: Section | None = None
) -> Section:
    """The section with a new note before ``entries[index]``."""
    manner = learn(section, index)
    if manner is None:
        tries = _firsts(section, draft, fallback)
    else:
        tries = (
            _added(section, index, form, manner, spacing)
            for form in forms_of(draft)
            for spacing in spacings(manner.ending)
        )
    return _first_sound(tries, section, index)


def replace(section: Section, index: int, draft: Draft) -> Section:
    """The section with ``entries[index]`` saying what the draft says, in its form."""
    entry = section.entries[index]
    if draft == draft_of(entry):
        return section
    ending = line_ending([section.opening, entry.after, entry.source])
    tries = (
        _rewritten(section, index, form, ending, spacing)
        for form in revisions_of(draft, entry)
        for spacing in spacings(ending)
    )
    return _first_sound(tries, section, index)


def remove(section: Section, index: int) -> Section:
    """The section without ``entries[index]``; the text that followed it stays."""
    entry = section.entries[index]
    ending = line_ending([section.opening, entry.source + entry.after])
    tries = (_removed(section, index, spacing) for spacing in spacings(ending))
    return _first_sound(tries, section, index)


def move(section: Section, index: int, to: int) -> Section:
    """The section with ``entries[index]`` at ``to``, counted after it was taken out."""
    if index == to:
        return section
    rest = remove(section, index)
    former, manner = learn(section, index + 1), learn(rest, to)
    if former and manner and former.form is manner.form:
        manner = former
    return _settled(rest, to, section.entries[index], manner)


def insert_entry(
    section: Section, index: int, entry: Entry, *, fallback: Section | None = None
) -> Section:
    """The section with a note from elsewhere before ``entries[index]``.

    Its text stays as it is where the notes around have the same form.
    """
    return _settled(section, index, entry, learn(section, index), fallback)


def _settled(
    section: Section,
    index: int,
    entry: Entry,
    manner: Manner | None,
    fallback: Section | None = None,
) -> Section:
    if manner is None or not _is_alike(section, index, entry):
        return insert(section, index, draft_of(entry), fallback=fallback)
    number = next_number(section.entries, index, section.kind)
    if not is_terminated(entry.source):
        entry = changed(entry, source=entry.source + manner.ending)
    if number is not None and number_of(entry, section.kind) is not None:
        entry = with_number(entry, number, section.kind)
    tries = (
        _put(section, index, entry, manner, number, spacing=spacing)
        for spacing in spacings(manner.ending)
    )
    return _first_sound(tries, section, index)


def _firsts(
    section: Section, draft: Draft, fallback: Section | None
) -> Iterator[Section]:
    for is_early in (False, True):
        for form in forms_of(draft):
            yield first_entry(section, form, fallback, is_early=is_early)


def _added(
    section: Section, index: int, draft: Draft, manner: Manner, spacing: str
) -> Section:
    anchor = section.entries[max(index - 1, 0)]
    number = next_number(section.entries, index, section.kind)
    text = write_like(manner, draft, anchor, number)
    source = from_newlines(text, manner.ending)
    entry = built(source, "", anchor, section.kind)
    return _put(section, index, entry, manner, number, spacing=spacing)


def _put(
    section: Section,
    index: int,
    entry: Entry,
    manner: Manner,
    number: int | None,
    *,
    spacing: str,
) -> Section:
    """Set the note in its place and count the notes after it on."""
    if number is not None and not is_constant(section.entries, index, section.kind):
        followers = count_on(section.entries[index:], number, 1, section.kind)
        section = changed(section, entries=section.entries[:index] + followers)
    return put(section, index, entry, manner, spacing)


def _rewritten(
    section: Section, index: int, draft: Draft, ending: str, spacing: str
) -> Section:
    entry = section.entries[index]
    source = from_newlines(rewrite(entry, draft, section.kind), ending)
    if is_terminated(entry.source):
        source += ending
    new = built(source, spacing + entry.after, entry, section.kind)
    entries = (*section.entries[:index], new, *section.entries[index + 1 :])
    return changed(section, entries=entries)


def _removed(section: Section, index: int, spacing: str) -> Section:
    number = number_of(section.entries[index], section.kind)
    rest = taken_out(section, index, spacing=spacing)
    if number is None or is_constant(section.entries, index, section.kind):
        return rest
    followers = count_on(rest.entries[index:], number + 1, -1, section.kind)
    return changed(rest, entries=rest.entries[:index] + followers)


def _is_alike(section: Section, index: int, entry: Entry) -> bool:
    anchor = section.entries[max(index - 1, 0)]
    if anchor.form is not entry.form:
        return False
    if entry.form is EntryForm.ROW:
        return anchor.source.count("|") == entry.source.count("|")
    if entry.form is not EntryForm.ITEM:
        return True
    mine, theirs = (split_item(one.source)[0] for one in (entry, anchor))
    return mine.sign == theirs.sign and mine.indent == theirs.indent


def _first_sound(tries: Iterator[Section], section: Section, index: int) -> Section:
    """The first result that reads back as the notes it is made of, else the first.

    A window may begin in the middle of a table, whose rows are no rows without their
    header; then nothing can be proved.
    """
    is_last = index >= len(section.entries) - 1
    proofs = (_reads_back, _ends_apart) if is_last else (_reads_back,)
    first = next(tries)
    if all(proof(_near(first, index)) for proof in proofs):
        return first
    possible = [proof for proof in proofs if proof(_near(section, index))]
    sound = (
        result
        for result in chain([first], tries)
        if all(proof(_near(result, index)) for proof in possible)
    )
    return next(sound, first)


def _near(section: Section, index: int) -> Section:
    start = max(index - _REACH, 0)
    return changed(section, entries=section.entries[start : index + _REACH])


def _reads_back(section: Section) -> bool:
    found = [entry.source for entry in reread(section)]
    return found == [entry.source for entry in section.entries]


def _ends_apart(section: Section) -> bool:
    """Whether a heading that is underlined, and comes at once, is not drawn in."""
    last = section.entries[-1] if section.entries else None
    text = last.source + last.after if last else section.opening
    sections = parse(f"{text}{_UNDERLINED}").sections
    return bool(sections) and sections[-1].title == _UNDERLINED.partition("\n")[0]
