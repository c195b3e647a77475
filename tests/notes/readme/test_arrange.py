"""A section moves past its neighbour, and nothing else does."""

from __future__ import annotations

import pytest

from notes.readme.arrange import SectionCannotMoveError, extent, neighbours, swap
from notes.readme.model import Document
from notes.readme.parser import parse
from notes.readme.renderer import render
from tests.conftest import SHARED

REAL_READMES = sorted([*SHARED.glob("seeds/*"), *SHARED.glob("corpus/*.md")])
README = "# Hub\n\nHi.\n\n## A\n\n- a\n\n### A1\n\n## B\n\n- b\n\n---\n\n## C\n\n- c"


def moved(text: str, title: str, *, is_up: bool) -> str | None:
    document = parse(text)
    sections = document.sections
    index = next(i for i, one in enumerate(sections) if one.title == title)
    pair = neighbours(sections, index, is_up=is_up)
    if pair is None:
        return None
    upper, lower = pair
    middle = swap(
        sections[upper.start : upper.stop], sections[lower.start : lower.stop]
    )
    return render(
        Document(
            document.preamble,
            (*sections[: upper.start], *middle, *sections[lower.stop :]),
        )
    )


def test_a_section_goes_with_the_sections_under_it():
    assert moved(README, "A", is_up=False) == (
        "# Hub\n\nHi.\n\n## B\n\n- b\n\n## A\n\n- a\n\n### A1\n\n---\n\n## C\n\n- c"
    )


def test_up_is_the_opposite_of_down():
    assert moved(README, "B", is_up=True) == moved(README, "A", is_up=False)


def test_the_last_section_leaves_the_end_of_the_file_as_it_was():
    assert moved(README, "C", is_up=True) == (
        "# Hub\n\nHi.\n\n## A\n\n- a\n\n### A1\n\n## C\n\n- c\n\n---\n\n## B\n\n- b"
    )


@pytest.mark.parametrize(
    ("title", "is_up"), [("A", True), ("C", False), ("A1", True), ("A1", False)]
)
def test_a_section_does_not_leave_the_section_that_it_is_under(title, is_up):
    assert moved(README, title, is_up=is_up) is None


def test_notes_before_any_heading_stay_where_they_are():
    assert moved("- note\n\n## A\n\n- a\n", "", is_up=False) is None


def test_windows_line_ends_stay():
    text = "## A\r\n\r\n- a\r\n\r\n## B\r\n\r\n- b"
    new = "## B\r\n\r\n- b\r\n\r\n## A\r\n\r\n- a"
    assert moved(text, "A", is_up=False) == new


def test_underlined_headings_keep_their_lines():
    text = "A\n---\n\nB\n---\n"
    assert moved(text, "B", is_up=True) == "B\n---\n\nA\n---\n"


def test_a_rule_does_not_become_the_underline_of_a_text():
    text = "## A\n\n| a |\n|---|\n---\n\n## B\n\ntext\n"
    new = moved(text, "A", is_up=False)
    assert [one.title for one in parse(new).sections] == ["B", "A"]


def test_what_an_open_fence_would_swallow_cannot_move():
    with pytest.raises(SectionCannotMoveError, match="read differently"):
        moved("## A\n\n- a\n\n## B\n\n```\nopen\n", "B", is_up=True)


def test_an_extent_ends_at_the_next_heading_of_its_level():
    sections = parse(README).sections
    assert extent(sections, 1) == range(1, 3)
    assert extent(sections, 0) == range(5)


@pytest.mark.skipif(not REAL_READMES, reason="no ../shared with real READMEs here")
def test_every_section_of_every_real_readme_moves_down_without_a_lost_line():
    for path in REAL_READMES:
        text = path.read_bytes().decode()
        for section in parse(text).sections:
            try:
                new = moved(text, section.title, is_up=False)
            except SectionCannotMoveError:
                continue
            if new is not None:
                assert lines_of(new) == lines_of(text), (path.name, section.title)


def lines_of(text: str) -> list[str]:
    return sorted(line for line in text.splitlines() if line.strip())
