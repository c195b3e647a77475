"""What the doctor finds, and the repairs that it offers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from zlib import crc32

# Stands in an edit for what a person has to type; no README holds this character.
BLANK = "\0"


class Ailment(StrEnum):
    FENCE = "open code block"
    CONFLICT = "conflict markers"
    ANCHOR = "broken anchor"
    LIST = "list that runs together"
    DUPLICATE = "duplicate heading"
    PLACEHOLDER = "placeholder"
    MISSING = "missing section"


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines ``start`` up to ``end``, counted from 0, become ``text``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Repair:
    """``name`` says what the repair does, as a button does.

    ``asks`` names what somebody has to type first, if anything.
    """

    name: str
    edits: tuple[Edit, ...]
    asks: str = ""

    def filled(self, words: str) -> Repair:
        """The repair with what somebody typed; in a table it stays in its cell."""
        edits = [
            replace(
                edit,
                text=edit.text.replace(
                    BLANK, words.replace("|", "\\|") if "|" in edit.text else words
                ),
            )
            for edit in self.edits
        ]
        return replace(self, edits=tuple(edits), asks="")

    def applied(self, lines: Sequence[str]) -> str:
        parts: list[str] = []
        done = 0
        for edit in sorted(self.edits, key=lambda edit: edit.start):
            parts += [*lines[done : edit.start], edit.text]
            done = edit.end
        return "".join([*parts, *lines[done:]])


@dataclass(frozen=True, slots=True)
class Finding:
    """``line`` counts from 1; ``sentence`` is for people."""

    ailment: Ailment
    line: int
    sentence: str
    repairs: tuple[Repair, ...] = ()

    @property
    def key(self) -> str:
        """Names the finding as long as the README stays as it is."""
        return f"{self.line}-{crc32(f'{self.ailment} {self.sentence}'.encode()):08x}"
