"""Unified diffs as a page shows them."""

from __future__ import annotations

from pathlib import Path

import pytest

from notes.readme import publisher
from notes.readme.differences import Hunk, Line, read_difference
from tests.notes.readme.repositories import commit

LONG = b"".join(b"- line %d\n" % number for number in range(40))


def test_lines_are_told_apart_by_what_happened_to_them(repository: Path) -> None:
    commit(repository, b"# Hub\n\n- one\n- two\n")
    second = commit(repository, b"# Hub\n\n- one\n- three\n")

    found = read_difference(publisher.diff(repository, second.commit))

    lines = [("same", "# Hub"), ("same", ""), ("same", "- one")]
    lines += [("removed", "- two"), ("added", "- three")]
    assert found.hunks == [Hunk(1, [Line(kind, text) for kind, text in lines])]
    assert (found.added, found.removed) == (1, 1)


def test_changes_far_apart_are_hunks_with_the_line_they_start_at(
    repository: Path,
) -> None:
    commit(repository, LONG)
    second = commit(repository, b"- first\n" + LONG + b"- last\n")

    found = read_difference(publisher.diff(repository, second.commit))

    assert [hunk.start for hunk in found.hunks] == [1, 39]


def test_the_first_revision_is_all_new(repository: Path) -> None:
    first = commit(repository, b"- one\n- two\n")
    found = read_difference(publisher.diff(repository, first.commit))
    assert (found.added, found.removed) == (2, 0)


def test_text_that_looks_like_a_diff_is_only_text(repository: Path) -> None:
    first = commit(repository, b"@@ -1 +1 @@\n+++ b/README.md\n--- a\n")
    [hunk] = read_difference(publisher.diff(repository, first.commit)).hunks
    assert [line.text for line in hunk.lines] == [
        "@@ -1 +1 @@",
        "+++ b/README.md",
        "--- a",
    ]
    assert {line.kind for line in hunk.lines} == {"added"}


def test_a_changed_line_end_can_be_seen(repository: Path) -> None:
    commit(repository, b"- one\n")
    second = commit(repository, b"- one\r\n")
    [hunk] = read_difference(publisher.diff(repository, second.commit)).hunks
    assert [line.text for line in hunk.lines] == ["- one", "- one␍"]


def test_a_missing_last_line_end_is_told_in_gits_words(repository: Path) -> None:
    first = commit(repository, b"- one")
    [hunk] = read_difference(publisher.diff(repository, first.commit)).hunks
    assert hunk.lines[-1] == Line("aside", " No newline at end of file")


def test_of_a_huge_change_the_rest_is_counted(repository: Path) -> None:
    first = commit(repository, LONG)
    found = read_difference(publisher.diff(repository, first.commit), most_lines=15)
    assert [len(hunk.lines) for hunk in found.hunks] == [15]
    assert (found.added, found.left_out) == (40, 25)


def test_two_revisions_are_compared_across_those_between(repository: Path) -> None:
    first = commit(repository, b"- one\n")
    commit(repository, b"- one\n- two\n")
    third = commit(repository, b"- three\n")

    changes = publisher.difference(repository, third.commit, first.commit)

    found = read_difference(changes)
    assert [line.text for line in found.hunks[0].lines] == ["- three", "- one"]


def test_a_revision_is_found_by_its_full_id(repository: Path) -> None:
    first = commit(repository, b"- one\n")
    commit(repository, b"- two\n")
    entry = publisher.find_revision(repository, first.commit)
    assert entry is not None
    assert (entry.commit, entry.subject) == (first.commit, "Add a note")


@pytest.mark.parametrize("name", ["0" * 40, "main", "--all", "abc1234", ""])
def test_nothing_else_is_a_revision(repository: Path, name: str) -> None:
    commit(repository, b"- one\n")
    assert publisher.find_revision(repository, name) is None


def test_a_commit_of_another_branch_is_no_revision(repository: Path) -> None:
    commit(repository, b"- one\n")
    other = commit(repository, b"- fetched from elsewhere\n", branch="elsewhere")
    assert publisher.find_revision(repository, other.commit) is None


def test_before_the_first_commit_there_is_no_revision(tmp_path: Path) -> None:
    assert publisher.find_revision(tmp_path / "none.git", "0" * 40) is None
