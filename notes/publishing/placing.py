"""Finds a place for a hand-written note when what stood around it has changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from textwrap import shorten

from notes.errors import NexusError
from notes.models import Hub, PendingChange
from notes.publishing import handedits
from notes.readme import style
from notes.readme.changes import ChangeClashError
from notes.readme.model import ChangeKind, Section
from notes.readme.parser import parse
from notes.readme.renderer import render

NOTES_LISTED = 100
WIDEST = 80
AFTER, END = "after", "end"


class PlaceGoneError(NexusError):
    """The place that you chose is gone meanwhile: choose another one."""


def is_homeless(change: PendingChange, text: str) -> bool:
    """Whether a person has to say where in the README a new note goes."""
    if change.kind != ChangeKind.NEW:
        return False
    try:
        handedits.apply(change, text)
    except ChangeClashError:
        return True
    return False


def places(change: PendingChange) -> Iterator[tuple[str, str]]:
    """Where the note may go, in the order of the README: a word for it, and its name.

    After each of the last notes of its own section, or at the end of any section.
    """
    for section in change.hand_edit.hub.sections.all():
        if section.title == change.section:
            newest = section.entries.order_by("-position", "-id")[:NOTES_LISTED]
            for note in newest[::-1]:
                yield f"{AFTER}-{note.pk}", f"After {shorten(str(note), WIDEST)}"
        yield f"{END}-{section.pk}", f"At the end of {section}"


def likely_place(change: PendingChange) -> str:
    """After the nearest note above that is still there, else where the section ends."""
    hub = change.hand_edit.hub
    sections = [one for one in hub.sections.all() if one.title == change.section]
    if not sections:
        return ""
    origin, index = _origin(change)
    for entry in origin.entries[:index][::-1]:
        above = sections[0].entries.filter(title=entry.title).last()
        if entry.title and above:
            return f"{AFTER}-{above.pk}"
    return f"{END}-{sections[0].pk}"


def placed(change: PendingChange, text: str, place: str) -> str:
    """The README with the note there, as it was written where its neighbours are alike.

    Raises PlaceGoneError where there is no such place.
    """
    document = parse(text)
    at, index = _position(change.hand_edit.hub, place)
    origin, found = _origin(change)
    entry = origin.entries[found]
    alone = replace(origin, entries=(entry,))
    section = style.insert_entry(document.sections[at], index, entry, fallback=alone)
    sections = (*document.sections[:at], section, *document.sections[at + 1 :])
    return render(replace(document, sections=sections))


def _position(hub: Hub, place: str) -> tuple[int, int]:
    """The section and the note before which it is, by their numbers in the README."""
    word, _, number = place.partition("-")
    for at, section in enumerate(hub.sections.all()):
        notes = section.entries.order_by("position", "id")
        pks = [str(pk) for pk in notes.values_list("pk", flat=True)]
        if word == AFTER and number in pks:
            return at, pks.index(number) + 1
        if word == END and number == str(section.pk):
            return at, len(pks)
    raise PlaceGoneError


def _origin(change: PendingChange) -> tuple[Section, int]:
    """The section of the other hand's README that the note is in, and which it is."""
    for section in parse(change.hand_edit.theirs).sections:
        for index, entry in enumerate(section.entries):
            if entry.source.strip() == change.after.strip():
                return section, index
    raise ChangeClashError
