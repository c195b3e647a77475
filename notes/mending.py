"""What a note says once one of its links leads where it moved to for good."""

from __future__ import annotations

from notes.errors import NexusError
from notes.links.mending import new_address, replace_link
from notes.models import Note, NoteLink
from notes.services import NoteText


class NotMendableError(NexusError):
    """This link cannot be replaced here; edit the note to change it."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def mended(note: Note, item: NoteLink) -> NoteText:
    """The note with the link's new address; NotMendableError if none fits its place."""
    old, new = item.url, new_address(item.url, item.link.final_url)
    parts = {
        name: replace_link(getattr(note, name), old, new)
        for name in ("body", "problem", "solution")
    }
    if not item.link.is_moved or all(
        text == getattr(note, name) for name, text in parts.items()
    ):
        raise NotMendableError
    return NoteText(
        section=note.section,
        title=note.title,
        tags=tuple(tag.name for tag in note.tags.all()),
        **parts,
    )
