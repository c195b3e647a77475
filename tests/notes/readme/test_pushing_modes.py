"""Publishing as a proposal for a pull request, and publishing between markers."""

from __future__ import annotations

from pathlib import Path

import pytest

from notes.readme.markers import MarkersMissingError
from notes.readme.publisher import (
    read_readme,
)
from notes.readme.pushing import (
    HandEdit,
    Pushed,
    push_readme,
)
from notes.readme.remotes import Remote
from tests.notes.readme.repositories import Far, write

MARKED = b"# Mine\n<!-- nexus:start -->\n%s<!-- nexus:end -->\nmore of mine\n"


def test_a_proposal_leaves_the_branch_alone(repository: Path, far: Far) -> None:
    base = far.edit(b"one\n")
    write(repository, b"one\n")
    write(repository, b"two\n")
    remote = Remote(far.url, proposal="nexus/readme")
    pushed = push_readme(repository, remote=remote)
    assert isinstance(pushed, Pushed)
    assert pushed.branch == "nexus/readme"
    assert (far.readme(), far.readme("nexus/readme")) == (b"one\n", b"two\n")
    assert far.run("rev-parse", "nexus/readme^") == base
    assert push_readme(repository, remote=remote) is None


def test_a_proposal_grows_until_it_is_merged(repository: Path, far: Far) -> None:
    remote = Remote(far.url, proposal="nexus/readme")
    far.edit(b"one\n")
    write(repository, b"one\n")
    for content in (b"two\n", b"three\n"):
        write(repository, content)
        push_readme(repository, remote=remote)
    assert far.run("rev-list", "--count", "main..nexus/readme") == "2"
    far.run("update-ref", "refs/heads/main", "nexus/readme")
    write(repository, b"four\n")
    push_readme(repository, remote=remote)
    assert far.run("rev-list", "--count", "main..nexus/readme") == "1"


def test_a_proposal_merged_as_one_commit_starts_afresh(
    repository: Path, far: Far
) -> None:
    remote = Remote(far.url, proposal="nexus/readme")
    far.edit(b"one\n")
    write(repository, b"one\n")
    write(repository, b"two\n")
    push_readme(repository, remote=remote)
    squashed = far.edit(b"two\n")
    write(repository, b"three\n")
    assert isinstance(push_readme(repository, remote=remote), Pushed)
    assert far.run("rev-parse", "nexus/readme^") == squashed


def test_what_a_reviewer_adds_to_a_proposal_is_kept(repository: Path, far: Far) -> None:
    remote = Remote(far.url, proposal="nexus/readme")
    far.edit(b"one\n")
    write(repository, b"one\n")
    write(repository, b"two\n")
    push_readme(repository, remote=remote)
    far.edit(b"x", path="extra.txt", branch="nexus/readme")
    write(repository, b"three\n")
    assert isinstance(push_readme(repository, remote=remote), Pushed)
    text = read_readme(far.path, revision="nexus/readme", path="extra.txt")
    assert text == b"x"
    far.edit(b"three, reviewed\n", branch="nexus/readme")
    write(repository, b"four\n")
    edit = push_readme(repository, remote=remote)
    assert isinstance(edit, HandEdit)
    assert edit.theirs == b"three, reviewed\n"


def test_a_hand_edit_of_the_base_stops_a_proposal_too(
    repository: Path, far: Far
) -> None:
    remote = Remote(far.url, proposal="nexus/readme")
    far.edit(b"one\n")
    write(repository, b"one\n")
    write(repository, b"two\n")
    push_readme(repository, remote=remote)
    edited = far.edit(b"one, by hand\n")
    write(repository, b"three\n")
    edit = push_readme(repository, remote=remote)
    assert isinstance(edit, HandEdit)
    assert edit.theirs == b"one, by hand\n"
    write(repository, b"three and by hand\n")
    settled = push_readme(repository, remote=remote, resolved=edit.commit)
    assert isinstance(settled, Pushed)
    assert far.run("rev-parse", "nexus/readme^") == edited


def test_between_markers_only_our_part_changes(repository: Path, far: Far) -> None:
    remote = Remote(far.url, has_markers=True)
    far.edit(MARKED % b"")
    write(repository, b"- ours")
    assert isinstance(push_readme(repository, remote=remote), Pushed)
    assert far.readme() == MARKED % b"- ours\n"
    assert push_readme(repository, remote=remote) is None


def test_edits_outside_the_markers_are_no_hand_edits(
    repository: Path, far: Far
) -> None:
    remote = Remote(far.url, has_markers=True)
    far.edit(MARKED % b"")
    write(repository, b"- ours\n")
    push_readme(repository, remote=remote)
    far.edit(b"New title\n" + MARKED % b"- ours\n")
    write(repository, b"- ours\n- too\n")
    assert isinstance(push_readme(repository, remote=remote), Pushed)
    assert far.readme() == b"New title\n" + MARKED % b"- ours\n- too\n"


def test_an_edit_between_the_markers_is_handed_over(repository: Path, far: Far) -> None:
    remote = Remote(far.url, has_markers=True)
    far.edit(MARKED % b"")
    write(repository, b"- ours\n")
    push_readme(repository, remote=remote)
    far.edit(MARKED % b"- theirs\n")
    write(repository, b"- new\n")
    edit = push_readme(repository, remote=remote)
    assert isinstance(edit, HandEdit)
    assert (edit.ours, edit.theirs) == (b"- ours\n", b"- theirs\n")


@pytest.mark.parametrize("text", [b"# Mine\n", MARKED % b"" * 2])
def test_missing_or_doubled_markers_are_asked_for(
    repository: Path, far: Far, text: bytes
) -> None:
    far.edit(text)
    write(repository, b"- ours\n")
    with pytest.raises(MarkersMissingError, match="add the lines"):
        push_readme(repository, remote=Remote(far.url, has_markers=True))
    assert far.readme() == text


def test_the_other_side_keeps_its_line_ends_around_the_markers(
    repository: Path, far: Far
) -> None:
    text = MARKED.replace(b"\n", b"\r\n")
    far.edit(text % b"")
    write(repository, b"- ours\r\n")
    push_readme(repository, remote=Remote(far.url, has_markers=True))
    assert far.readme() == text % b"- ours\r\n"
