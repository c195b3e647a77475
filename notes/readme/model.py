"""The values a README is cut into: every byte belongs to exactly one slice."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SectionKind(StrEnum):
    """What a section is about, told from the words of its heading."""

    TECHNOLOGY = "technology"
    CONCEPT = "concept"
    CHALLENGE = "challenge"
    PRACTICE = "practice"
    COLLABORATION = "collaboration"
    HIGHLIGHT = "highlight"
    NEXT_STEP = "next_step"
    PROJECT = "project"
    RESOURCE = "resource"
    OVERVIEW = "overview"
    FREE = "free"


class EntryForm(StrEnum):
    """How a note stands in the text."""

    ITEM = "item"  # a top-level list item with its children
    ROW = "row"  # a table row
    LINE = "line"  # a line that only looks like a list item: an emoji, then text
    PAIR = "pair"  # two sibling items, a challenge and its solution
    PARAGRAPH = "paragraph"  # "**Challenge:** x" and "**Solution:** y" as text
    SUBHEADING = "subheading"  # a sub-heading over its problem and solution


class ChangeKind(StrEnum):
    """What another hand did to a README."""

    NEW = "new"
    CHANGED = "changed"
    REMOVED = "removed"
    TEXT = "text"  # whatever is no note: headings, introductions, the order of things
    WHOLE = "whole"  # another README altogether


@dataclass(frozen=True, slots=True)
class Entry:
    """One note. ``source`` is its exact text, ``after`` the text up to the next slice.

    A recognised challenge has its words in ``problem`` and ``solution`` and an empty
    ``body``; every other note has them in ``body``. ``done`` is the state of a task
    box, None without one.
    """

    source: str
    after: str
    form: EntryForm
    title: str
    body: str
    problem: str = ""
    solution: str = ""
    done: bool | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its notes; level 0 stands for notes before any heading."""

    level: int
    title: str
    kind: SectionKind
    opening: str
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A whole README; sections are flat and in the order of the text."""

    preamble: str
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person typed: a plain title, Markdown for everything else."""

    title: str
    body: str = ""
    problem: str = ""
    solution: str = ""
    done: bool | None = None
