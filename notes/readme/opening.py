"""Writes the first note of a section that has none yet."""

from __future__ import annotations

from dataclasses import replace as changed

from notes.readme.anatomy import build_entry, build_row
from notes.readme.blocks import BlockKind, read_blocks
from notes.readme.lines import (
    from_newlines,
    is_blank,
    is_terminated,
    line_ending,
    split_closing,
    split_lines,
    split_tail,
)
from notes.readme.manner import write_plain
from notes.readme.model import Draft, EntryForm, Section, SectionKind
from notes.readme.rows import write_first_row
from notes.readme.table import header_of, roles_of


def split_heading(opening: str) -> tuple[str, str]:
    """Part an opening into its heading lines and the text under them."""
    lines = split_lines(opening)
    blocks = read_blocks(opening, lines)
    end = blocks[0].end if blocks and blocks[0].kind is BlockKind.HEADING else 0
    return "".join(lines[:end]), "".join(lines[end:])


def first_entry(
    section: Section, draft: Draft, fallback: Section | None, *, is_early: bool
) -> Section:
    """The section with its first note: under its table header, or under its text.

    ``is_early`` puts the note right under the heading, for where the text would
    swallow it, as an unclosed fence does.
    """
    ending = line_ending([fallback.opening if fallback else "", section.opening])
    header = header_of(section.opening)
    if header is not None and not is_early:
        return _first_row(section, header, draft, ending)
    head, tail = _place(section, fallback, ending, is_early=is_early)
    if not tail and _is_underlined(section.opening):
        # The next heading may be underlined too, and its words would run on.
        tail = ending
    source = from_newlines(write_plain(draft, fallback), ending)
    entry = build_entry(source, tail, EntryForm.ITEM, section.kind)
    return changed(section, opening=head, entries=(entry,))


def _first_row(section: Section, header: str, draft: Draft, ending: str) -> Section:
    opening, tail = split_tail(section.opening)
    if not is_terminated(opening):
        opening += ending
    source = write_first_row(header, draft, section.kind) + ending
    roles = roles_of(header, is_challenge=section.kind is SectionKind.CHALLENGE)
    return changed(section, opening=opening, entries=(build_row(source, tail, roles),))


def _place(
    section: Section, fallback: Section | None, ending: str, *, is_early: bool
) -> tuple[str, str]:
    """The text before the first note and the text after it."""
    heading, text = split_heading(section.opening)
    if heading and not is_terminated(heading):
        heading += ending
    if is_early:
        return heading + ending, text if _begins_blank(text) else ending + text
    words, tail = split_closing(text)
    if not words.strip():
        gap = ending if heading and _is_spaced(fallback) else ""
        return heading + gap, tail
    if not is_terminated(words):
        words += ending
    return heading + words + ending, tail


def _is_underlined(opening: str) -> bool:
    return bool(opening) and not opening.lstrip(" ").startswith("#")


def _begins_blank(text: str) -> bool:
    lines = split_lines(text)
    return not lines or is_blank(lines[0])


def _is_spaced(section: Section | None) -> bool:
    """Whether a blank line follows the headings; so it is unless seen otherwise."""
    if section is None or not section.level:
        return True
    return _begins_blank(split_heading(section.opening)[1])
