"""Adds and renames the sections of a README in the manner of its other headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace as changed

from notes.readme.kinds import classify
from notes.readme.lines import (
    is_blank,
    is_rule,
    is_terminated,
    line_ending,
    split_closing,
    split_lines,
)
from notes.readme.model import Document, Section
from notes.readme.opening import split_heading
from notes.readme.plain import escape, plain
from notes.readme.renderer import section_slices

_ATX = re.compile(
    r"(?P<marks> {0,3}#{1,6}[ \t]+)(?P<words>[^\r\n]*?)"
    r"(?P<end>[ \t]*(?:[ \t]#+[ \t]*)?)"
    r"(?P<line>[\r\n]*)"
)
_STRONG = re.compile(r"(?P<open>\*\*|__)(?P<words>.+)(?P=open)")
_CLOSING_MARKS = re.compile(r"(?P<marks>#+)$")
_MAX_LEVEL = 6


def rename_section(section: Section, title: str) -> Section:
    """The section under another title; nothing but its heading's words changes."""
    heading, text = split_heading(section.opening)
    if not section.level or not heading:
        raise UnnamedSectionError
    renamed = _renamed(heading, section.level, title)
    return changed(
        section,
        title=plain(_words(title)),
        kind=classify(title),
        opening=renamed + text,
    )


class UnnamedSectionError(ValueError):
    """The notes before the first heading have no heading that could be renamed."""

    def __str__(self) -> str:
        return str(self.__doc__)


def _words(title: str) -> str:
    """A title as the words of a heading, which ``#`` at the end would shorten."""
    return _CLOSING_MARKS.sub(r"\\\g<marks>", escape(title))


def _renamed(heading: str, level: int, title: str) -> str:
    match = _ATX.fullmatch(heading)
    words = _words(title)
    if match is None:
        # Underlined headings become marked ones: their words could read as a list.
        lines = split_lines(heading)
        ending = lines[-1][len(lines[-1].rstrip("\r\n")) :]
        return f"{'#' * level} {words}{ending}"
    strong = _STRONG.fullmatch(match["words"])
    if strong and "*" not in words:
        words = strong["open"] + words + strong["open"]
    return match["marks"] + words + match["end"] + match["line"]


def new_section(neighbours: Sequence[Section], title: str, level: int) -> Section:
    """An empty section whose heading and spacing are like those of its neighbours."""
    headed = [section for section in neighbours if section.level]
    texts = ["".join(section_slices(section)) for section in headed]
    ending = line_ending(texts)
    peers = [section for section in headed if section.level == level] or headed
    # The last section has no heading after it to be set off from.
    spacing = _spacing(peers[:-1] or peers, ending)
    words = _words(title)
    if peers and all(_is_strong(section) for section in peers):
        words = f"**{words}**"
    marks = "#" * min(max(level, 1), _MAX_LEVEL)
    opening = f"{marks} {words}{ending}{spacing}"
    return Section(level, plain(_words(title)), classify(title), opening)


def _is_strong(section: Section) -> bool:
    match = _ATX.match(section.opening)
    return match is not None and _STRONG.fullmatch(match["words"]) is not None


def _spacing(peers: Sequence[Section], ending: str) -> str:
    """What stands between the end of a section and the next heading: a rule, maybe."""
    closings = [split_closing(_tail(section))[1] for section in peers]
    ruled = [text for text in closings if any(map(is_rule, split_lines(text)))]
    if ruled and len(ruled) * 2 > len(closings):
        return ending + ruled[-1].lstrip("\r\n")
    return ending


def _tail(section: Section) -> str:
    if section.entries:
        return section.entries[-1].after
    return split_heading(section.opening)[1]


def insert_section(document: Document, index: int, section: Section) -> Document:
    """The document with a section before ``sections[index]``, set off by a blank line.

    ``section`` may be one that ``new_section`` made or one taken from elsewhere.
    """
    sections = document.sections
    ending = line_ending([*section_slices(section)])
    preamble = document.preamble
    if index:
        before = _spaced(sections[index - 1], ending)
        sections = (*sections[: index - 1], before, *sections[index:])
    elif preamble:
        preamble = _with_gap(preamble, ending)
    if index < len(document.sections):
        section = _spaced(section, ending)
    return Document(preamble, (*sections[:index], section, *sections[index:]))


def _spaced(section: Section, ending: str) -> Section:
    """The section ending in a blank line, so that a heading may follow."""
    if not section.entries:
        return changed(section, opening=_with_gap(section.opening, ending))
    last = section.entries[-1]
    text = _with_gap(last.source + last.after, ending)
    last = changed(last, after=text[len(last.source) :])
    return changed(section, entries=(*section.entries[:-1], last))


def _with_gap(text: str, ending: str) -> str:
    if not text.strip("\ufeff"):
        return text
    if not is_terminated(text):
        text += ending
    return text if is_blank(split_lines(text)[-1]) else text + ending
