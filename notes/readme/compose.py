"""Writes what a person typed into the manner of a note."""

from __future__ import annotations

import re
from dataclasses import replace as changed

from notes.readme.blocks import block_tokens
from notes.readme.challenge import (
    problem_label,
    read_challenge,
    start_of_label,
)
from notes.readme.contain import flatten
from notes.readme.layout import Layout, Reading, Slot, hanging, write
from notes.readme.lead import (
    BOLD,
    close_lead,
    encode_title,
    read_lead,
    split_icon,
    title_from,
    title_of,
)
from notes.readme.model import Draft, EntryForm
from notes.readme.plain import escape

Values = dict[Slot, str]
_WORDS = (Slot.BODY, Slot.PROBLEM, Slot.SOLUTION)
_ARROW = " \u2192 "
_NESTED_SOLUTION = "\n- **Solution**: "
_LAST_MARKER = re.compile(r"(?:^|\n)[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+$")
_BREAK = re.compile(r"^[ \t]*\\?\n+(?=[^\s\-*+])")
_CLOSING_MARK = re.compile(r"^\S+(?=\s)")
# A line break after a label that is not a hard one: it was there for a list.
_SOFT_BREAK = re.compile(r"(?<=[:*_\u2013\u2014-])[ \t]?\n[ \t\n]*$")
# These forms are known by the label of their solution, so an empty one stays.
_LABELLED = frozenset({EntryForm.PAIR, EntryForm.PARAGRAPH, EntryForm.SUBHEADING})
# Blocks that may follow a line of text without a blank line between.
_INTERRUPTING = frozenset({"fence", "bullet_list_open", "blockquote_open"})
CHALLENGE = Layout(
    ("**", "**: ", _NESTED_SOLUTION, ""), (Slot.TITLE, Slot.PROBLEM, Slot.SOLUTION)
)


def compose(
    layout: Layout,
    draft: Draft,
    form: EntryForm,
    *,
    number: int = 1,
    former: Reading | None = None,
) -> str:
    """The text of a note in the manner of ``layout``.

    ``former`` is what the note was: parts that the draft leaves as they were keep
    their exact Markdown.
    """
    is_challenge = layout.has(Slot.PROBLEM) or layout.has(Slot.SOLUTION)
    fit = _fit_challenge if is_challenge else _fit_note
    layout, values = fit(layout, draft)
    values[Slot.NUMBER] = str(number)
    if former is not None:
        values |= _kept(former, values, draft)
    if form is EntryForm.LINE:
        values = {slot: flatten(text) for slot, text in values.items()}
    for slot in layout.slots:
        is_needed = slot is Slot.SOLUTION and form in _LABELLED
        if not values.get(slot) and not is_needed:
            layout = without(layout, slot)
    former_values = former.values() if former else {}
    for slot in _WORDS:
        if layout.has(slot) and values[slot] != former_values.get(slot):
            layout = _seated(layout, slot, values[slot])
    return write(layout, values).rstrip("\n")


def _kept(former: Reading, values: Values, draft: Draft) -> Values:
    """The former text of every part that is as it was."""
    old = former.values()
    kept = {slot: old[slot] for slot in old if values.get(slot) == old[slot]}
    if Slot.TITLE in old and title_of(former) == draft.title:
        kept |= {slot: old[slot] for slot in (Slot.ICON, Slot.TITLE) if slot in old}
    elif Slot.TITLE in old:
        title = split_icon(draft.title)[1] if Slot.ICON in old else draft.title
        kept[Slot.TITLE] = encode_title(title, old[Slot.TITLE])
    if Slot.NUMBER in old:
        kept[Slot.NUMBER] = old[Slot.NUMBER]
    return kept


def _title_values(layout: Layout, title: str) -> Values:
    if not layout.has(Slot.ICON):
        return {Slot.TITLE: encode_title(title)}
    icon, words = split_icon(title)
    return {Slot.ICON: icon, Slot.TITLE: encode_title(words)}


def _fit_note(layout: Layout, draft: Draft) -> tuple[Layout, Values]:
    body = whole_body(draft)
    values = {Slot.BODY: body, **_title_values(layout, draft.title)}
    is_said = not draft.title or title_from(body) == draft.title
    if layout.has(Slot.TITLE):
        return (_with_body(layout) if body else layout), values
    if is_said:
        return layout, values
    if not body:
        return layout, {Slot.BODY: escape(draft.title)}
    return _with_title(layout, draft.title), values


def whole_body(draft: Draft) -> str:
    """All that was typed, when the manner knows no problem and solution."""
    parts = [draft.body, draft.problem]
    if draft.solution:
        parts.append(f"**Solution:** {draft.solution}")
    return "\n\n".join(part for part in parts if part)


def _with_body(layout: Layout) -> Layout:
    if layout.has(Slot.BODY):
        return layout
    *pieces, last = layout.pieces
    joint = last.rstrip() + ("" if last.rstrip().endswith(":") else ":") + " "
    return changed(
        layout, pieces=(*pieces, joint, ""), slots=(*layout.slots, Slot.BODY)
    )


def _with_title(layout: Layout, title: str) -> Layout:
    """A manner without leads gets the least conspicuous lead that can be read back."""
    first, last = layout.pieces[0], layout.pieces[-1]
    encoded = encode_title(title)
    reading = read_lead(f"{encoded}: x")
    if title_of(reading) == title and reading.layout.has(Slot.TITLE):
        return Layout((first, ": ", last), (Slot.TITLE, Slot.BODY), layout.hang)
    open_, joint, _ = BOLD.pieces
    return Layout((first + open_, joint, last), BOLD.slots, layout.hang)


def _fit_challenge(layout: Layout, draft: Draft) -> tuple[Layout, Values]:
    problem, solution = draft.problem, whole_solution(draft)
    title = draft.title
    if layout.has(Slot.TITLE):
        problem = "" if problem in {title, escape(title)} else problem
        if problem and not layout.has(Slot.PROBLEM):
            layout = _with_problem(layout, problem, solution)
    else:
        problem = _titled(title, problem)
    if solution and not layout.has(Slot.SOLUTION):
        layout = _with_solution(layout, problem, solution)
    values = {Slot.PROBLEM: problem, Slot.SOLUTION: solution}
    return layout, values | _title_values(layout, title)


def whole_solution(draft: Draft) -> str:
    return "\n\n".join(part for part in (draft.solution, draft.body) if part)


def _titled(title: str, problem: str) -> str:
    """The problem with its title before it, unless the one is the other's beginning."""
    if not problem:
        return escape(title)
    if not title or title_from(problem) == title or problem == title:
        return problem
    joint = ": " if starts_in_words(problem) else "\n\n"
    return escape(title) + joint + problem


def starts_in_words(markdown: str) -> bool:
    tokens = block_tokens(markdown)
    return not tokens or tokens[0].type == "paragraph_open"


def ends_in_words(markdown: str) -> bool:
    tokens = block_tokens(markdown)
    return not tokens or (tokens[-1].type == "paragraph_close" and not tokens[-1].level)


def _with_problem(layout: Layout, problem: str, solution: str) -> Layout:
    """A place for the problem between the title and the solution."""
    at = layout.slots.index(Slot.TITLE) + 1
    pieces, slots = list(layout.pieces), list(layout.slots)
    label = start_of_label(pieces[at])
    if label is None:
        pieces[at : at + 1] = [pieces[at], _joint(problem, solution)]
    else:
        named = problem_label(pieces[at])
        pieces[at : at + 1] = [named, _CLOSING_MARK.sub("", pieces[at])]
    slots.insert(at, Slot.PROBLEM)
    return changed(layout, pieces=tuple(pieces), slots=tuple(slots))


def _with_solution(layout: Layout, problem: str, solution: str) -> Layout:
    *pieces, last = layout.pieces
    if layout.slots[-1] is Slot.TITLE:
        # Only a title so far: what follows it is the solution.
        joint = close_lead(last) + ": "
    elif "\n" in layout.pieces[0]:
        joint = "\n\n**Solution:** "
    else:
        joint = _joint(problem, solution)
    return changed(
        layout, pieces=(*pieces, joint, last), slots=(*layout.slots, Slot.SOLUTION)
    )


def _joint(problem: str, solution: str) -> str:
    is_short = "\n" not in problem + solution and starts_in_words(solution)
    return _ARROW if is_short else _NESTED_SOLUTION


def without(layout: Layout, slot: Slot) -> Layout:
    """The manner with one part left out, along with the label before it."""
    at = layout.slots.index(slot)
    before, after = layout.pieces[at], layout.pieces[at + 1]
    match slot:
        case Slot.ICON | Slot.NUMBER:
            joined = before + after.lstrip(" ")
        case Slot.BODY:
            joined = close_lead(before) + after
        case _:
            label = start_of_label(before)
            joined = (close_lead(before) if label is None else before[:label]) + after
    pieces = (*layout.pieces[:at], joined, *layout.pieces[at + 2 :])
    slots = (*layout.slots[:at], *layout.slots[at + 1 :])
    return changed(layout, pieces=pieces, slots=slots)


def _seated(layout: Layout, slot: Slot, text: str) -> Layout:
    """Give a list, a fence or a table the line of its own that it needs."""
    at = layout.slots.index(slot)
    pieces = list(layout.pieces)
    tokens = block_tokens(text)
    first = tokens[0].type if tokens else "paragraph_open"
    before = pieces[at]
    if first == "paragraph_open":
        pieces[at] = _inline(before)
    elif at or before.strip():
        known = "x".join(pieces[: at + 1])
        pieces[at] = _line_break(before, first) + " " * _pad(known, layout.hang)
    if not ends_in_words(text):
        pieces[at + 1] = _BREAK.sub("\n\n", pieces[at + 1])
    return changed(layout, pieces=tuple(pieces))


def _inline(before: str) -> str:
    joined = _SOFT_BREAK.sub("", before)
    if joined == before:
        return before
    is_marked = joined.rstrip("*_").endswith((":", "-", "\u2013", "\u2014"))
    return joined + (" " if is_marked else ": ")


def _pad(before: str, hang: int) -> int:
    """The indent of a block on a line of its own; none right behind a list marker."""
    return 0 if _LAST_MARKER.search(before) else hanging(before, hang)


def _line_break(before: str, first: str) -> str:
    if _LAST_MARKER.search(before):
        return before
    if before == _ARROW:
        before = _NESTED_SOLUTION
    breaks = "\n" if first in _INTERRUPTING else "\n\n"
    return before.rstrip(" \t\n\\") + breaks


def read_back(content: str, layout: Layout) -> Reading:
    """How the parser will read the text that ``compose`` gave for this manner."""
    if layout.has(Slot.PROBLEM) or layout.has(Slot.SOLUTION):
        return read_challenge(content, layout.hang)
    return read_lead(content)
