"""Changing, taking out and moving notes touches their lines and no others."""

from __future__ import annotations

from dataclasses import replace as changed

import pytest

from notes.readme.model import Draft, Section
from notes.readme.renderer import section_slices
from notes.readme.style import draft_of, insert_entry, move, remove, replace
from tests.notes.readme.samples import fixture, own_files, parse, section, text_of


def text(one: Section) -> str:
    return "".join(section_slices(one))


def edited(before: str, index: int, **words: str) -> str:
    one = section(
        "## Challenges\n" + before if "hallenge" in before else "## H\n" + before
    )
    draft = changed(draft_of(one.entries[index]), **words)
    return text(replace(one, index, draft)).split("\n", 1)[1]


@pytest.mark.parametrize("path", own_files(), ids=lambda path: path.name)
def test_a_draft_that_says_the_same_changes_nothing(path) -> None:
    for one in parse(text_of(path)).sections:
        for index, entry in enumerate(one.entries):
            assert replace(one, index, draft_of(entry)) is one


@pytest.mark.parametrize(
    ("before", "words", "after"),
    [
        ("- **A**: a\n", {"title": "B"}, "- **B**: a\n"),
        ("- **A**: a  \n", {"body": "b"}, "- **A**: b  \n"),
        ("* 🐍 **A** – a\n", {"title": "🐘 B"}, "* 🐘 **B** – a\n"),
        ("- [A](/a) – a\n", {"title": "B"}, "- [B](/a) – a\n"),
        ("- **`a` & *b***: x\n", {"body": "y"}, "- **`a` & *b***: y\n"),
        ("- plain words\n", {"body": "other words"}, "- other words\n"),
        ("- plain words\n", {"title": "Lead"}, "- Lead: plain words\n"),
        ("- plain words\n", {"title": "plain words, all"}, "- plain words, all\n"),
        (
            "| Challenge | Solution |\n|---|---|\n| It is slow | b |\n",
            {"title": "It was slow"},
            "| Challenge | Solution |\n|---|---|\n| It was slow | b |\n",
        ),
        ("- **A**\n", {"body": "b"}, "- **A**: b\n"),
        ("- **A**: a\n", {"body": ""}, "- **A**\n"),
        ("- **A:** a\n", {"body": ""}, "- **A**\n"),
        ("7. **A**: a\r\n", {"body": "b\nc"}, "7. **A**: b\r\n   c\r\n"),
        ("- [x] A\n", {"body": "B"}, "- [x] B\n"),
        ("- **A**: a", {"body": "b"}, "- **A**: b"),
        ("✅ **A** – a\n✅ **B** – b\n", {"body": "c"}, "✅ **A** – c\n✅ **B** – b\n"),
        (
            "| T | B |\n|---|---|\n| a  | b |\n",
            {"body": "c"},
            "| T | B |\n|---|---|\n| a  | c |\n",
        ),
        (
            "- **Challenge**: a  \n  - *Solution*: b\n",
            {"solution": "c"},
            "- **Challenge**: a  \n  - *Solution*: c\n",
        ),
        (
            "- **Challenge**: a\n- **Solution**: b\n",
            {"problem": "c\n\nd"},
            "- **Challenge**: c\n\n  d\n- **Solution**: b\n",
        ),
    ],
)
def test_an_edit_changes_only_what_was_edited(
    before: str, words: dict[str, str], after: str
) -> None:
    assert edited(before, 0, **words) == after


def test_an_edit_leaves_all_other_notes_as_they_are() -> None:
    one = fixture("plain_bullets.md").sections[2]
    new = replace(one, 1, Draft("MariaDB", "keeps the books"))
    assert new.opening == one.opening
    assert [new.entries[0], new.entries[2]] == [one.entries[0], one.entries[2]]
    assert new.entries[1].source == "- **MariaDB** – keeps the books  \n"


@pytest.mark.parametrize(
    ("before", "index", "after"),
    [
        ("- a\n- b\n- c\n", 1, "- a\n- c\n"),
        ("- a\n\n- b\n\n---\n", 1, "- a\n\n---\n"),
        ("- a\n\n- b\n\n- c\n", 0, "- b\n\n- c\n"),
        ("- a\n\nfree\n\n- b\n\nmore\n", 0, "\nfree\n\n- b\n\nmore\n"),
        ("- a\n\nfree\n\n- b\n\nmore\n", 1, "- a\n\nfree\n\nmore\n"),
        ("1. a\n2. b\n3. c\n", 0, "1. b\n2. c\n"),
        ("1. a\n1. b\n1. c\n", 0, "1. b\n1. c\n"),
        ("1. a\n5. b\n7. c\n", 1, "1. a\n7. c\n"),
        ("9. a\n10. b\n    - c\n", 0, "9. b\n   - c\n"),
        ("- a\r\n- b", 1, "- a\r\n"),
        ("- a\n\n- b\n", 1, "- a\n"),
        ("- only\n\n---\n", 0, "\n---\n"),
        ("| T |\n|---|\n| a |\n| b |\n\nend\n", 1, "| T |\n|---|\n| a |\n\nend\n"),
    ],
)
def test_taking_a_note_out_leaves_no_gap_and_loses_no_text(
    before: str, index: int, after: str
) -> None:
    assert text(remove(section("## H\n" + before), index)) == "## H\n" + after


def test_text_after_a_note_does_not_run_on_from_the_note_before_it() -> None:
    one = section("## H\n- a\n- b\n  ```\n  c\n  ```\nwords\n")
    assert text(remove(one, 1)) == "## H\n- a\n\nwords\n"


def test_taking_out_the_first_note_of_all_keeps_the_next_off_the_preamble() -> None:
    one = parse("words\n- a\n\n**Challenge:** b\n**Solution:** c\n").sections[0]
    assert text(remove(one, 0)) == "\n**Challenge:** b\n**Solution:** c\n"


def test_taking_a_numbered_challenge_out_counts_the_next_ones_down() -> None:
    one = fixture("challenge_headings.md").sections[1]
    assert "### Challenge 1: Full disks\n" in text(remove(one, 0))


@pytest.mark.parametrize(
    ("before", "index", "to", "after"),
    [
        ("- a\n- b\n- c\n", 0, 2, "- b\n- c\n- a\n"),
        ("- a\n- b\n- c", 2, 0, "- c\n- a\n- b\n"),
        ("1. a\n2. b\n3. c\n\n---\n", 2, 0, "1. c\n2. a\n3. b\n\n---\n"),
        ("- a\n\n- b\n\nfree\n", 0, 1, "- b\n\n- a\n\nfree\n"),
        ("- a\n- b\n", 1, 1, "- a\n- b\n"),
    ],
)
def test_moving_a_note_keeps_its_words_and_its_place_s_spacing(
    before: str, index: int, to: int, after: str
) -> None:
    assert text(move(section("## H\n" + before), index, to)) == "## H\n" + after


def test_a_note_moved_to_another_section_is_written_as_that_one_writes() -> None:
    tables, items = fixture("tables.md"), fixture("plain_bullets.md")
    entry = items.sections[2].entries[0]
    new = insert_entry(tables.sections[1], 2, entry)
    assert new.entries[2].source == (
        "| **Python**    | the language of the service |\n"
    )
