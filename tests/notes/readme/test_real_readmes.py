"""Edits of real READMEs change the note they are about and nothing else."""

from __future__ import annotations

import re
import runpy
from collections.abc import Callable, Iterator
from dataclasses import replace as changed
from pathlib import Path

import pytest

from notes.readme.model import Document, Draft, Entry, EntryForm, Section, SectionKind
from notes.readme.parser import parse
from notes.readme.renderer import render
from notes.readme.style import append, draft_of, remove, replace
from tests.notes.readme.samples import (
    SHARED,
    lender,
    own_files,
    real_files,
    text_of,
    with_section,
)

CHECK = SHARED / "rtcheck.py"
# Without this checker the edits are still counted, only not compared leaf by leaf.
Compare = Callable[[str, str], list[str]]
NOTE = Draft("Observability", "Measure before you *tune*.")
CHALLENGE = Draft("Flaky builds", "", "The pipeline failed at night.", "Pinned it.")
# Lines of one paragraph are one leaf to the checker, and a rule that ends a section
# is under its last sub-heading.
FEW = 6
COARSE = {EntryForm.LINE, EntryForm.SUBHEADING}


@pytest.fixture(scope="module")
def compare() -> Compare:
    if not CHECK.exists():
        return lambda _before, _after: []
    found: Compare = runpy.run_path(str(CHECK))["compare"]
    return found


def count(text: str) -> int:
    return sum(len(one.entries) for one in parse(text).sections)


def sections(path: Path) -> Iterator[tuple[str, Document, int, Section]]:
    """A few sections of a README, spread over it."""
    text = text_of(path)
    document = parse(text)
    for at in range(0, len(document.sections), len(document.sections) // FEW + 1):
        yield text, document, at, document.sections[at]


def is_coarse(one: Section) -> bool:
    return any(entry.form in COARSE for entry in one.entries)


def is_counted(entry: Entry) -> bool:
    """Whether the notes after it carry numbers that count down when it goes."""
    return bool(re.search(r"\d[.):]", entry.source.split("\n", 1)[0]))


FILES = [*own_files(), *real_files()]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_an_appended_note_is_the_only_change(path: Path, compare: Compare) -> None:
    for text, document, at, one in sections(path):
        draft = CHALLENGE if one.kind is SectionKind.CHALLENGE else NOTE
        new = append(one, draft, fallback=lender(document, at))
        after = render(with_section(document, at, new))
        assert count(after) == count(text) + 1
        lost = [line for line in compare(text, after) if line.startswith("-")]
        assert not lost or is_coarse(one)


@pytest.mark.parametrize("path", FILES[::3], ids=lambda path: path.name)
def test_a_changed_note_is_the_only_change(path: Path, compare: Compare) -> None:
    for text, document, at, one in sections(path):
        for index in range(0, len(one.entries), 5):
            draft = draft_of(one.entries[index])
            draft = changed(draft, title=f"{draft.title} x")
            new = replace(one, index, draft)
            after = render(with_section(document, at, new))
            assert count(after) == count(text)
            assert len(compare(text, after)) <= 2 or is_coarse(one)


@pytest.mark.parametrize("path", FILES[::3], ids=lambda path: path.name)
def test_a_note_taken_out_is_the_only_loss(path: Path, compare: Compare) -> None:
    for text, document, at, one in sections(path):
        for index in range(0, len(one.entries), 5):
            new = remove(one, index)
            after = render(with_section(document, at, new))
            assert count(after) == count(text) - 1
            added = [line for line in compare(text, after) if line.startswith("+")]
            assert not added or is_coarse(one) or is_counted(one.entries[index])
