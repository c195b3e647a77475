"""Puts a note between its neighbours and takes it out, with the text around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace as changed

from notes.readme.anatomy import build_entry, build_row
from notes.readme.lines import (
    is_gap,
    is_terminated,
    line_ending,
    split_closing,
    split_head,
    split_tail,
)
from notes.readme.manner import Manner
from notes.readme.model import Entry, EntryForm, Section, SectionKind
from notes.readme.rows import learnt_roles
from notes.readme.table import split_row

_BULLETS = ("- ", "* ", "+ ")


def spacings(ending: str) -> tuple[str, str, str]:
    """What may stand between two notes to keep them apart, the least first.

    A blank line ends a paragraph; only a comment between them parts two lists.
    """
    return "", ending, f"{ending}<!-- -->{ending}{ending}"


def built(source: str, after: str, like: Entry, kind: SectionKind) -> Entry:
    """The note that a source says, read the way its neighbour is read."""
    if like.form is not EntryForm.ROW:
        return build_entry(source, after, like.form, kind)
    row = split_row(like.source.rstrip("\r\n"))
    return build_row(source, after, learnt_roles(like, row))


def put(
    section: Section, index: int, entry: Entry, manner: Manner, spacing: str = ""
) -> Section:
    """The section with ``entry`` before ``entries[index]``, its followers as they are.

    What followed the note before the place now follows the new one, after ``spacing``.
    """
    entries = section.entries
    if index == 0:
        new = changed(entry, after=spacing + manner.gap)
        return changed(section, entries=(new, *entries))
    before = entries[index - 1]
    new = changed(entry, after=spacing + before.after)
    source = before.source
    if not is_terminated(source):
        # The text ended without a line end, and so it shall end again.
        source += manner.ending
        new = changed(new, source=new.source.rstrip("\r\n"))
    gap = manner.gap
    if index == len(entries) and _announces(before):
        # What follows belongs to the note before: its code block, say.
        words, tail = split_closing(before.after)
        gap = words + ("" if is_terminated(words) else manner.ending) + manner.ending
        new = changed(new, after=tail)
    before = changed(before, source=source, after=gap)
    return changed(
        section, entries=(*entries[: index - 1], before, new, *entries[index:])
    )


def _announces(entry: Entry) -> bool:
    """Whether the note ends in a colon and text that is no note comes after it."""
    return not is_gap(entry.after) and entry.source.rstrip(" \t\r\n*_").endswith(":")


def taken_out(section: Section, index: int, *, spacing: str) -> Section:
    """The section without one note, with ``spacing`` before what follows."""
    entries = section.entries
    left = entries[index - 1].after if index else section.opening
    right = entries[index].after
    is_last = index == len(entries) - 1
    joined = _joined(left, right, is_last=is_last, is_opening=not index)
    # Where text followed the note, it may now run on; otherwise what comes next may.
    joined = joined + spacing if is_gap(right) or not index else spacing + joined
    if not (index or section.level or joined) and _would_run_on(entries[1:2]):
        joined = split_head(right)[0] or line_ending([entries[index].source])
    rest = (*entries[: max(index - 1, 0)], *entries[index + 1 :])
    if not index:
        return changed(section, opening=joined, entries=entries[1:])
    before = changed(entries[index - 1], after=joined)
    return changed(section, entries=(*rest[: index - 1], before, *rest[index - 1 :]))


def _would_run_on(following: Sequence[Entry]) -> bool:
    """Whether a note without a blank line before it would join a paragraph there.

    The text before a section without a heading is not the section's, so nobody can
    look whether it ends in one.
    """
    return any(not entry.source.lstrip().startswith(_BULLETS) for entry in following)


def _joined(left: str, right: str, *, is_last: bool, is_opening: bool) -> str:
    """The text before a note and the text after it, without a double gap."""
    if is_gap(right) and not is_last:
        return left
    if is_gap(left) and not is_opening:
        blank, words = split_head(right)
        return (blank or split_head(left)[0]) + words if right else ""
    left, left_blank = split_tail(left)
    right_blank, right = split_head(right)
    return left + max(left_blank, right_blank, key=len) + right
