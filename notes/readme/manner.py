"""Learns from the notes around a place how a new note there is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from itertools import pairwise
from typing import TypeVar

from notes.readme.anatomy import Anatomy, dissect, frame
from notes.readme.compose import CHALLENGE, compose, read_back
from notes.readme.item import DASH, Marker
from notes.readme.layout import Layout, Slot
from notes.readme.lead import BOLD, retitled, title_from, title_of
from notes.readme.lines import is_gap, line_ending
from notes.readme.model import Draft, Entry, EntryForm, Section, SectionKind
from notes.readme.rows import rewrite_row, write_row

T = TypeVar("T", bound=Hashable)
_MOST_PEERS = 20
_SPACED = frozenset({EntryForm.PARAGRAPH, EntryForm.SUBHEADING})


@dataclass(frozen=True, slots=True)
class Manner:
    """How notes are written at one place of a section."""

    form: EntryForm
    kind: SectionKind
    peers: tuple[Entry, ...]
    ending: str
    gap: str


def learn(section: Section, index: int) -> Manner | None:
    """The manner of the notes around ``index``; None in a section without any."""
    if not section.entries:
        return None
    anchor = section.entries[max(index - 1, 0)]
    start = max(0, index - _MOST_PEERS)
    near = section.entries[start : index + _MOST_PEERS]
    peers = tuple(entry for entry in near if entry.form is anchor.form)
    ending = line_ending([section.opening, *(e.source + e.after for e in near)])
    return Manner(
        anchor.form, section.kind, peers, ending, _gap(near, anchor.form, ending)
    )


def _gap(entries: Sequence[Entry], form: EntryForm, ending: str) -> str:
    """What stands between two notes: most often nothing, or a blank line."""
    if form is EntryForm.ROW:
        return ""
    pairs = ((a, b) for a, b in pairwise(entries) if a.form is b.form is form)
    gaps = [before.after for before, _ in pairs if is_gap(before.after)]
    if form is EntryForm.PARAGRAPH:
        gaps = [gap for gap in gaps if gap]
    if gaps:
        return most_common(gaps)
    return ending if form in _SPACED else ""


def most_common(values: Iterable[T]) -> T:
    """The value seen most often; of several, the one seen last."""
    seen = list(values)
    counts = Counter(seen)
    return max(reversed(seen), key=lambda value: counts[value])


def write_like(manner: Manner, draft: Draft, anchor: Entry, number: int | None) -> str:
    """The source of a new note, with ``\\n`` as line end and at the end of the last.

    ``anchor`` is the neighbour whose list it joins.
    """
    if manner.form is EntryForm.ROW:
        return write_row(manner.peers, draft, number) + "\n"
    anatomies = [dissect(e.source, e.form, manner.kind) for e in manner.peers]
    layout = _common_layout([anatomy.layout for anatomy in anatomies])
    if layout.slots == (Slot.BODY,) and _begin_bold(anatomies):
        layout = _bold(layout)
    marker = _marker(anatomies, dissect(anchor.source, anchor.form, manner.kind))
    marker = _adapted(marker, draft, number)
    content = _composed(layout, draft, manner.form, number or 1)
    return frame(manner.form, marker, content) + "\n"


def _composed(layout: Layout, draft: Draft, form: EntryForm, number: int = 1) -> str:
    """The text in the given manner, or under a bold lead if it would lose its title."""
    content = compose(layout, draft, form, number=number)
    if not layout.has(Slot.TITLE):
        return content
    if title_of(read_back(content, layout)) == draft.title:
        return content
    if layout.has(Slot.SOLUTION) or layout.has(Slot.PROBLEM):
        return content
    return compose(_bold(layout), draft, form)


def _begin_bold(anatomies: Sequence[Anatomy]) -> bool:
    """Whether most notes begin with words in bold that run on into the sentence."""
    bold = [
        anatomy.reading.raw[0].startswith("**")
        for anatomy in anatomies
        if anatomy.reading.raw
    ]
    return sum(bold) * 2 > len(anatomies)


def _bold(layout: Layout) -> Layout:
    first, joint, _ = BOLD.pieces
    return Layout((first, joint, layout.pieces[-1]), BOLD.slots)


def _common_layout(layouts: Sequence[Layout]) -> Layout:
    """The layout of most; how the last line ends is voted on its own."""
    heads = [changed(layout, pieces=(*layout.pieces[:-1], "")) for layout in layouts]
    common = most_common(heads)
    tails = [layout.pieces[-1] for layout in layouts if not layout.pieces[-1].strip()]
    if common.slots[-1:] == (Slot.TITLE,):
        pairs = zip(layouts, heads, strict=True)
        tails = [layout.pieces[-1] for layout, head in pairs if head == common]
    tail = most_common(tails) if tails else ""
    return changed(common, pieces=(*common.pieces[:-1], tail))


def _marker(anatomies: Sequence[Anatomy], anchor: Anatomy) -> Marker:
    """The neighbour's own bullet, or the sign that most lines begin with."""
    if anchor.form is not EntryForm.LINE:
        return anchor.marker
    return most_common(anatomy.marker for anatomy in anatomies)


def _adapted(marker: Marker, draft: Draft, number: int | None) -> Marker:
    if marker.number and number is not None:
        text = str(number)
        if marker.number.startswith("0"):
            text = text.zfill(len(marker.number))
        marker = changed(marker, number=text)
    if marker.task or draft.done is not None:
        gap = marker.task[3:] or " "
        marker = changed(marker, task=f"[{'x' if draft.done else ' '}]{gap}")
    return marker


def rewrite(entry: Entry, draft: Draft, kind: SectionKind) -> str:
    """The source of a changed note, ``\n`` as line end, the last line not ended."""
    if entry.form is EntryForm.ROW:
        return rewrite_row(entry, draft)
    anatomy = dissect(entry.source, entry.form, kind)
    draft = _without_echo(draft, entry, anatomy.layout)
    content = compose(anatomy.layout, draft, entry.form, former=anatomy.reading)
    marker = anatomy.marker
    if draft.done is not None:
        marker = _adapted(marker, draft, None)
    return frame(entry.form, marker, content)


def _without_echo(draft: Draft, entry: Entry, layout: Layout) -> Draft:
    """Leave out what the form for editing shows although the note does not say it.

    A note without a title has its beginning there, a challenge without a problem its
    title.
    """
    if not layout.has(Slot.TITLE):
        draft = retitled(draft, entry)
        is_echo = draft.title == entry.title and (draft.body or draft.problem)
        return changed(draft, title="") if is_echo else draft
    if not layout.has(Slot.PROBLEM) and draft.problem == entry.problem == entry.title:
        return changed(draft, problem="")
    return draft


def write_plain(draft: Draft, fallback: Section | None) -> str:
    """The source of the first note of a section: a list item with a bold lead.

    Where ``fallback`` has a list, its bullet, its way with leads and the one with
    challenges are taken over.
    """
    marker, layout = DASH, BOLD
    solved: list[Layout] = []
    items = [e for e in _entries(fallback) if e.form is EntryForm.ITEM]
    if fallback and items:
        anatomies = [dissect(e.source, e.form, fallback.kind) for e in items]
        anchor = anatomies[-1].marker
        marker = DASH if anchor.number else changed(anchor, task="")
        led = [a.layout for a in anatomies if _is_led(a.layout)]
        layout = _common_layout(led) if led else layout
        solved = [a.layout for a in anatomies if _is_solved(a.layout)]
    if draft.problem and draft.solution and solved:
        layout = _common_layout(solved)
    elif draft.problem and draft.solution:
        layout = changed(CHALLENGE, pieces=(*CHALLENGE.pieces[:-1], layout.pieces[-1]))
    elif draft.title == title_from(draft.body):
        # A note from elsewhere without a lead: its title is how its text begins.
        layout = Layout(("", ""), (Slot.BODY,))
    content = _composed(layout, draft, EntryForm.ITEM)
    return frame(EntryForm.ITEM, _adapted(marker, draft, None), content) + "\n"


def _is_led(layout: Layout) -> bool:
    return layout.slots == (Slot.TITLE, Slot.BODY)


def _is_solved(layout: Layout) -> bool:
    return layout.has(Slot.PROBLEM) and layout.has(Slot.SOLUTION)


def _entries(section: Section | None) -> tuple[Entry, ...]:
    return section.entries[-_MOST_PEERS:] if section else ()
