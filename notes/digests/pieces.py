"""The pieces of an edition, and which of them a reader gets: pure values.

An edition is rendered once. A mail is its pieces in their order: all of them, or for
who follows some tags only the notes that have one, with what belongs around them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

# The group of what is said only where notes had to be left out.
LEFT_OUT = -1


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A part of an edition in both forms.

    ``tags`` are a note's and None for what is no note. What stands around the notes of
    a group has the group's number and goes where one of them goes. A note that is no
    news, such as a challenge still open from weeks ago, is no reason to send a mail.
    """

    html: str
    text: str
    group: int | None = None
    tags: tuple[str, ...] | None = None
    is_news: bool = True

    @property
    def bytes(self) -> int:
        return len(self.html.encode())


def freeze(pieces: Iterable[Piece]) -> list[dict[str, Any]]:
    """As JSON keeps them."""
    return [asdict(piece) for piece in pieces]


def thaw(frozen: Iterable[dict[str, Any]]) -> list[Piece]:
    return [Piece(**{**piece, "tags": _tuple(piece["tags"])}) for piece in frozen]


def _tuple(tags: list[str] | None) -> tuple[str, ...] | None:
    return None if tags is None else tuple(tags)


def select(pieces: Sequence[Piece], tags: frozenset[str] | None) -> list[Piece]:
    """What a reader of these tags gets, of all notes if None; empty without news."""
    if tags is None:
        return list(pieces)
    notes = [piece for piece in pieces if tags.intersection(piece.tags or ())]
    if not any(note.is_news for note in notes):
        return []
    return _with_surroundings(pieces, notes)


def fit(pieces: Sequence[Piece], *, max_bytes: int) -> list[Piece]:
    """All of it, or as many notes as ``max_bytes`` have room for and a word on that.

    Where not even what stands around them has room, the opening alone and that word.
    """
    whole = [piece for piece in pieces if piece.group != LEFT_OUT]
    if sum(piece.bytes for piece in whole) <= max_bytes:
        return whole
    room = max_bytes - sum(piece.bytes for piece in pieces if piece.tags is None)
    if room < 0:
        return [
            piece for piece in pieces if piece.group == LEFT_OUT or piece is pieces[0]
        ]
    kept = []
    for piece in pieces:
        if piece.tags is not None and piece.bytes <= room:
            kept.append(piece)
            room -= piece.bytes
    return _with_surroundings(pieces, kept)


def _with_surroundings(pieces: Sequence[Piece], notes: Sequence[Piece]) -> list[Piece]:
    kept = {id(note) for note in notes}
    groups = {None, LEFT_OUT, *(note.group for note in notes)}
    return [
        piece
        for piece in pieces
        if (piece.group in groups if piece.tags is None else id(piece) in kept)
    ]
