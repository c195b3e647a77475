"""Moves a section, with the sections under it, past its neighbour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace as changed

from notes.readme.blocks import BlockKind, read_blocks
from notes.readme.lines import is_terminated, line_ending, split_closing, split_lines
from notes.readme.model import Section
from notes.readme.opening import split_heading
from notes.readme.renderer import section_slices

Sections = tuple[Section, ...]


class SectionCannotMoveError(ValueError):
    """The section cannot move there without its text being read differently."""

    def __str__(self) -> str:
        return str(self.__doc__)


def extent(sections: Sequence[Section], index: int) -> range:
    """The section and all sections under it."""
    end = index + 1
    while end < len(sections) and sections[end].level > sections[index].level:
        end += 1
    return range(index, end)


def neighbours(
    sections: Sequence[Section], index: int, *, is_up: bool
) -> tuple[range, range] | None:
    """The extents that change places, the upper one first; None at the end."""
    own = extent(sections, index)
    level = sections[index].level
    if not is_up:
        is_last = own.stop == len(sections) or sections[own.stop].level != level
        return None if is_last else (own, extent(sections, own.stop))
    at = index - 1
    while at >= 0 and sections[at].level > level:
        at -= 1
    if at < 0 or sections[at].level != level or not level:
        return None
    return extent(sections, at), own


def swap(upper: Sections, lower: Sections) -> Sections:
    """Both in the other order; the space between sections stays where it is.

    Each section needs only the last of its notes. Raises SectionCannotMoveError where
    the headings would not be the same ones afterwards.
    """
    wanted = _headings(lower) + _headings(upper)
    for ends in (_with_each_others_ends, _with_own_ends):
        result = ends(upper, lower)
        if _headings(result) == wanted:
            return result
    raise SectionCannotMoveError


def without(sections: Sections, index: int, *, end_of: Section) -> Sections:
    """The sections but for one; the text ends as it did, in the end of ``end_of``."""
    rest = (*sections[:index], *sections[index + 1 :])
    is_last = index == len(rest)
    if not (is_last and rest):
        return rest
    return (*rest[:-1], *_ended(rest[-1:], _split_end(end_of)[1]))


def _headings(sections: Sequence[Section]) -> list[str]:
    text = "".join(part for section in sections for part in section_slices(section))
    lines = split_lines(text)
    return [
        f"{block.level} {block.text}"
        for block in read_blocks(text, lines)
        if block.kind is BlockKind.HEADING
    ]


def _with_each_others_ends(upper: Sections, lower: Sections) -> Sections:
    above, below = _split_end(upper[-1])[1], _split_end(lower[-1])[1]
    return _ended(lower, above) + _ended(upper, below)


def _with_own_ends(upper: Sections, lower: Sections) -> Sections:
    ending = line_ending([text for one in upper for text in section_slices(one)])
    end = _split_end(lower[-1])[1]
    gap = end if is_terminated(end) else ending
    return _ended(lower, gap + ending) + upper


def _ended(sections: Sections, end: str) -> Sections:
    last = sections[-1]
    text = _split_end(last)[0] + end
    if not last.entries:
        return (*sections[:-1], changed(last, opening=text))
    entry = last.entries[-1]
    # The end of the note itself may be the end of the README.
    lines = split_lines(text)
    count = len(split_lines(entry.source))
    source, after = "".join(lines[:count]), "".join(lines[count:])
    entry = changed(entry, source=source, after=after)
    return (*sections[:-1], changed(last, entries=(*last.entries[:-1], entry)))


def _split_end(section: Section) -> tuple[str, str]:
    """The section's last words, and from their line end on what follows them."""
    if section.entries:
        last = section.entries[-1]
        heading, text = "", last.source + last.after
    else:
        heading, text = split_heading(section.opening)
    words, closing = split_closing(text)
    kept = heading + words
    bare = _without_line_end(kept)
    return bare, kept[len(bare) :] + closing


def _without_line_end(text: str) -> str:
    for end in ("\r\n", "\n", "\r"):
        if text.endswith(end):
            return text[: -len(end)]
    return text
