"""What a note says once one of its links is replaced by what stands for it now."""

from __future__ import annotations

from notes.errors import NexusError
from notes.links.mending import new_address, replace_link
from notes.models import Note, NoteLink
from notes.services import NoteText


class NotMendableError(NexusError):
    """This link cannot be replaced here; edit the note to change it."""


def address_for(item: NoteLink) -> str:
    """Where it moved to for good, or a copy of it; NotMendableError without either."""
    if not item.link.replacement:
        raise NotMendableError
    return new_address(item.url, item.link.replacement)


def mended(note: Note, item: NoteLink) -> NoteText:
    """The note with the link's new address; NotMendableError if none fits its place."""
    old, new = item.url, address_for(item)
    parts = {
        name: replace_link(getattr(note, name), old, new)
        for name in ("body", "problem", "solution")
    }
    if all(text == getattr(note, name) for name, text in parts.items()):
        raise NotMendableError
    return NoteText(
        section=note.section,
        title=note.title,
        tags=tuple(tag.name for tag in note.tags.all()),
        **parts,
    )
