"""The literal text around the words of a note, read off one note to write the next."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from notes.readme.lines import dedent, indent


class Slot(StrEnum):
    NUMBER = "number"
    ICON = "icon"
    TITLE = "title"
    BODY = "body"
    PROBLEM = "problem"
    SOLUTION = "solution"


_LAST_MARKER = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+")
_LEADING = re.compile(r"[ \t]*")


@dataclass(frozen=True, slots=True)
class Layout:
    """``pieces[0]``, the first slot, ``pieces[1]``, the second slot ... the last piece.

    Two notes in the same manner have equal layouts. ``hang`` is the indent of further
    lines of whatever stands in the first line.
    """

    pieces: tuple[str, ...]
    slots: tuple[Slot, ...]
    hang: int = 0

    def has(self, slot: Slot) -> bool:
        return slot in self.slots

    def before(self, slot: Slot) -> str:
        return self.pieces[self.slots.index(slot)]


@dataclass(frozen=True, slots=True)
class Reading:
    """A note's text taken apart: ``write(layout, values)`` gives the text again."""

    layout: Layout
    raw: tuple[str, ...]

    def values(self) -> dict[Slot, str]:
        """The Markdown in each slot, without the indent that its place asks for."""
        found: dict[Slot, str] = {}
        text = ""
        for piece, slot, raw in zip(
            self.layout.pieces, self.layout.slots, self.raw, strict=False
        ):
            text += piece
            found[slot] = dedent(raw, hanging(text, self.layout.hang))
            text += raw
        return found


class Cutter:
    """Collects pieces and slots from left to right."""

    def __init__(self, hang: int = 0) -> None:
        self._hang = hang
        self._pieces = [""]
        self._slots: list[Slot] = []
        self._raw: list[str] = []

    def literal(self, text: str) -> None:
        self._pieces[-1] += text

    def slot(self, slot: Slot, text: str) -> None:
        """Add a slot; the white space at both its ends becomes part of the manner."""
        core = text.strip(" \t\n")
        start = text.index(core)
        self.literal(text[:start])
        self._slots.append(slot)
        self._raw.append(core)
        self._pieces.append(text[start + len(core) :])

    def reading(self) -> Reading:
        layout = Layout(tuple(self._pieces), tuple(self._slots), self._hang)
        return Reading(layout, tuple(self._raw))


def write(layout: Layout, values: Mapping[Slot, str]) -> str:
    """The text of a note; a slot without a value must be left out of the layout."""
    text = layout.pieces[0]
    for slot, piece in zip(layout.slots, layout.pieces[1:], strict=True):
        text = text + indent(values[slot], hanging(text, layout.hang)) + piece
    return text


def hanging(before: str, hang: int) -> int:
    """How far the further lines of a slot are indented, from the text before it."""
    line = before.rsplit("\n", 1)[-1]
    if "\n" not in before:
        return hang
    marker = _LAST_MARKER.match(line) or _LEADING.match(line)
    return len(marker.group().expandtabs(4)) if marker else 0
