"""What differs between two texts, without git."""

from __future__ import annotations

import random

from notes.readme.comparison import compare
from notes.readme.differences import Difference
from notes.readme.lines import split_lines

TEN = "".join(f"line {number}\n" for number in range(1, 11))


def changes(difference: Difference) -> list[tuple[str, str]]:
    lines = (line for hunk in difference.hunks for line in hunk.lines)
    return [(line.kind, line.text) for line in lines if line.kind != "same"]


def test_an_added_line_stands_between_its_neighbours():
    difference = compare(TEN, TEN.replace("line 7\n", "line 7\nnew\n"))
    assert changes(difference) == [("added", "new")]
    assert (difference.added, difference.removed) == (1, 0)
    (hunk,) = difference.hunks
    assert hunk.start == 5
    assert [line.text for line in hunk.lines] == [
        *("line 5", "line 6", "line 7", "new", "line 8", "line 9", "line 10"),
    ]


def test_equal_texts_have_no_difference():
    assert compare(TEN, TEN).hunks == []


def test_a_missing_line_end_is_said():
    difference = compare("a\nb", "a\nb\nc\n")
    assert ("aside", " No newline at end of file") in changes(difference)


def test_another_line_end_is_seen():
    assert changes(compare("a\r\nb\n", "a\nb\n")) == [("removed", "a␍"), ("added", "a")]


def test_a_readme_that_was_empty_has_only_new_lines():
    assert changes(compare("", "# Hub\n")) == [("added", "# Hub")]


def test_the_changes_make_the_one_text_of_the_other():
    chance = random.Random(7)
    for _ in range(200):
        old, new = (
            "".join(f"{chance.choice('abc')}\n" for _ in range(chance.randrange(12)))
            for _ in range(2)
        )
        lines = [one for hunk in compare(old, new).hunks for one in hunk.lines]
        kept = [one.text for one in lines if one.kind != "removed"]
        former = [one.text for one in lines if one.kind != "added"]
        assert "".join(f"{text}\n" for text in kept) in new
        assert "".join(f"{text}\n" for text in former) in old
        gone = sum(one.kind == "removed" for one in lines)
        fresh = sum(one.kind == "added" for one in lines)
        assert len(split_lines(old)) - gone + fresh == len(split_lines(new))
