"""Sections are added and renamed in the manner of the headings around them."""

from __future__ import annotations

import pytest

from notes.readme.headings import (
    UnnamedSectionError,
    insert_section,
    new_section,
    rename_section,
)
from notes.readme.model import SectionKind
from notes.readme.parser import parse
from notes.readme.renderer import render
from tests.notes.readme.samples import fixture


@pytest.mark.parametrize(
    ("before", "title", "after"),
    [
        ("## Old\n- a\n", "New", "## New\n- a\n"),
        ("###  **Old** ###\r\n\r\nx", "New", "###  **New** ###\r\n\r\nx"),
        ("Old\n---\n- a\n", "1. New", "## 1. New\n- a\n"),
        ("# Old", "C#", "# C\\#"),
        ("# Old\n", "*New* [a](b)", "# \\*New\\* [a\\](b)\n"),
    ],
)
def test_renaming_changes_the_words_of_the_heading(
    before: str, title: str, after: str
) -> None:
    document = parse(before)
    new = rename_section(document.sections[0], title)
    assert new.opening + "".join(e.source + e.after for e in new.entries) == after
    assert parse(after).sections[0].title == new.title == title


def test_renaming_tells_the_kind_again() -> None:
    one = parse("## Tools\n").sections[0]
    assert rename_section(one, "Challenges").kind is SectionKind.CHALLENGE


def test_notes_before_any_heading_cannot_be_renamed() -> None:
    with pytest.raises(UnnamedSectionError, match="no heading"):
        rename_section(parse("- a\n").sections[0], "x")


def test_a_new_section_is_set_off_like_the_others() -> None:
    document = fixture("plain_bullets.md")
    new = new_section(document.sections, "Highlights", 2)
    assert new.opening == "## Highlights\n\n---\n\n"
    text = render(insert_section(document, 3, new))
    assert "---\n\n## Highlights\n\n---\n\n## Best Practices" in text


def test_a_new_section_at_the_end_begins_after_a_blank_line() -> None:
    document = parse("# A\r\n\r\n- a")
    new = new_section(document.sections, "B", 2)
    assert (
        render(insert_section(document, 1, new)) == "# A\r\n\r\n- a\r\n\r\n## B\r\n\r\n"
    )


def test_a_new_section_before_all_others_follows_the_preamble() -> None:
    document = parse("badge\n# A\n")
    new = new_section(document.sections, "B", 1)
    assert render(insert_section(document, 0, new)) == "badge\n\n# B\n\n# A\n"


def test_the_first_section_of_an_empty_readme() -> None:
    document = insert_section(parse(""), 0, new_section((), "Notes", 2))
    assert render(document) == "## Notes\n\n"
