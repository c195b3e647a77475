"""What a person typed, made ready for a README in ever safer forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace as changed

from notes.readme.contain import contain, flatten, tidy, verbatim
from notes.readme.model import Draft, Entry

# Stands for a note without a word, which would not be seen to be one.
_NOTHING = "\u2026"
# From what was typed to what cannot be misread; the first that stays a note is taken.
_FORMS: tuple[Callable[[str], str], ...] = (
    contain,
    lambda markdown: flatten(contain(markdown)),
    verbatim,
)


def draft_of(entry: Entry) -> Draft:
    """What a form shows for editing a note."""
    return Draft(entry.title, entry.body, entry.problem, entry.solution, entry.done)


def forms_of(draft: Draft) -> Iterator[Draft]:
    """The draft as typed but contained, then on one line, then as plain text."""
    title = " ".join(draft.title.replace("\0", "\ufffd").split())
    if not (title or draft.body.strip() or draft.problem.strip()):
        title = _NOTHING
    for form in _FORMS:
        yield changed(
            draft,
            title=title,
            body=form(draft.body),
            problem=form(draft.problem),
            solution=form(draft.solution),
        )


def revisions_of(draft: Draft, entry: Entry) -> Iterator[Draft]:
    """The same for the change of a note: parts that were not changed stay exact."""
    body = _same(draft.body, entry.body)
    problem = _same(draft.problem, entry.problem)
    solution = _same(draft.solution, entry.solution)
    for form in forms_of(draft):
        yield changed(
            form,
            title=_title(draft, entry) or form.title,
            body=form.body if body is None else body,
            problem=form.problem if problem is None else problem,
            solution=form.solution if solution is None else solution,
        )


def _same(new: str, old: str) -> str | None:
    return old if tidy(new) == tidy(old) else None


def _title(draft: Draft, entry: Entry) -> str:
    return entry.title if draft.title == entry.title else ""
