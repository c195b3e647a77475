"""The README's git repository: real repositories, real processes, real faults."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from notes.readme import git
from notes.readme.git import NotARepositoryError, PublishError
from notes.readme.publisher import (
    Author,
    Tip,
    commit_readme,
    diff,
    ensure_repository,
    head,
    history,
    read_readme,
    tip,
)
from tests.notes.readme.repositories import ADA, GRACE, NOON, commit, git_says


def add_file(repository: Path, name: str, content: bytes) -> None:
    """Commits another file on top of the branch, as a person with a clone would."""
    parent = head(repository)
    origin = f"from {parent.commit}\n" if parent else ""
    size = len(content)
    stream = (
        f"commit refs/heads/main\ncommitter B <b@example.org> 1 +0000\ndata 1\nx\n"
        f"{origin}M 100644 inline {name}\ndata {size}\n"
    )
    git.output(repository, "fast-import", "--quiet", stdin=stream.encode() + content)


def test_a_committed_readme_reads_back_as_the_same_bytes(repository: Path) -> None:
    content = b"\xef\xbb\xbf# Hub\r\n\r\n- caf\xc3\xa9\n\x00no final newline"
    revision = commit(repository, content)
    assert read_readme(repository) == content
    assert read_readme(repository, revision=revision.commit) == content
    assert git_says(repository, "fsck", "--strict") == ""


def test_the_revision_names_the_commit_and_its_parent(repository: Path) -> None:
    first = commit(repository, b"one\n")
    second = commit(repository, b"two\n")
    assert first.parent is None
    assert second.parent == first.commit
    assert second.commit == git_says(repository, "rev-parse", "main")
    assert second.commit.startswith(second.short)
    assert head(repository) == second


def test_unchanged_bytes_make_no_commit(repository: Path) -> None:
    revision = commit(repository, b"same\n")
    later = NOON + timedelta(hours=1)
    values = {"author": GRACE, "message": "Nothing", "when": later}
    assert commit_readme(repository, b"same\n", **values) is None
    assert commit_readme(repository, iter([b"sa", b"me\n"]), **values) is None
    assert head(repository) == revision


def test_an_empty_readme_is_committed_once(repository: Path) -> None:
    commit(repository, b"")
    assert read_readme(repository) == b""
    values = {"author": ADA, "message": "Nothing", "when": NOON}
    assert commit_readme(repository, b"", **values) is None


def test_chunks_are_committed_as_their_concatenation(repository: Path) -> None:
    commit(repository, (b"- note %d\n" % n for n in range(3)))
    assert read_readme(repository) == b"- note 0\n- note 1\n- note 2\n"


def test_other_files_of_the_repository_stay_as_they_are(repository: Path) -> None:
    add_file(repository, "docs/guide.md", b"guide")
    commit(repository, b"# Hub\n")
    files = git_says(repository, "ls-tree", "-r", "--name-only", "main")
    assert files.split() == ["README.md", "docs/guide.md"]
    assert read_readme(repository, path="docs/guide.md") == b"guide"


def test_the_readme_may_live_in_a_folder_and_on_another_branch(
    repository: Path,
) -> None:
    place = {"path": "docs/Read me.md", "branch": "topic/readme"}
    commit(repository, b"text", **place)
    text = read_readme(repository, revision="topic/readme", path="docs/Read me.md")
    assert text == b"text"
    assert head(repository) is None
    assert head(repository, branch="topic/readme") is not None


def test_the_commit_is_the_learners_with_the_others_as_co_authors(
    repository: Path,
) -> None:
    moment = datetime(2026, 11, 21, 14, 0, tzinfo=timezone(timedelta(hours=2)))
    message = "Add “Decorators”\n\nTo Concepts."
    commit(repository, b"x", co_authors=[GRACE, ADA], message=message, when=moment)
    [entry] = history(repository, limit=5)
    assert (entry.author, entry.co_authors) == (ADA, (GRACE,))
    assert entry.date == moment
    assert entry.date.utcoffset() == timedelta(hours=2)
    assert entry.subject == "Add “Decorators”"
    assert entry.body == "To Concepts."
    written = git_says(repository, "log", "--format=%b")
    assert (
        written == "To Concepts.\n\nCo-authored-by: Grace Example <grace@example.org>"
    )
    assert git_says(repository, "log", "--format=%cn") == "Nexus"


def test_names_that_git_cannot_store_are_cleaned(repository: Path) -> None:
    commit(repository, b"x", author=Author("Eve\n<root>\0", "e ve@\n<example.org>"))
    [entry] = history(repository, limit=1)
    assert entry.author == Author("Eve root", "eve@example.org")
    assert Author(" \n", "zoe@example.org").name == "zoe"
    assert Author("", "").name == "unknown"


def test_a_moment_without_time_zone_is_refused(repository: Path) -> None:
    with pytest.raises(ValueError, match="time zone"):
        commit(repository, b"x", when=datetime(2026, 1, 1))  # noqa: DTZ001


def test_the_same_change_gives_the_same_commit_everywhere(tmp_path: Path) -> None:
    ensure_repository(tmp_path / "a.git")
    ensure_repository(tmp_path / "b.git")
    one, other = (commit(tmp_path / name, b"x") for name in ("a.git", "b.git"))
    assert one == other


def test_history_goes_back_page_by_page(repository: Path) -> None:
    for n in range(5):
        commit(repository, b"%d" % n, message=f"Change {n}")
        add_file(repository, "other.txt", b"%d" % n)
    page = history(repository, limit=2)
    assert [entry.subject for entry in page] == ["Change 4", "Change 3"]
    rest = history(repository, limit=9, after=page[-1].commit)
    assert [entry.subject for entry in rest] == ["Change 2", "Change 1", "Change 0"]
    assert history(repository, limit=9, after=rest[-1].commit) == []


def test_a_diff_shows_what_one_revision_changed(repository: Path) -> None:
    first = commit(repository, b"- one\n")
    second = commit(repository, b"- one\n- two\n")
    assert "+- one" in diff(repository, first.commit)
    assert "\n- one\n+- two\n" not in diff(repository, first.commit)
    assert diff(repository, second.short).endswith("@@ -1 +1,2 @@\n - one\n+- two\n")


def test_a_hub_without_repository_or_revisions_has_an_empty_past(
    tmp_path: Path, repository: Path
) -> None:
    for place in (tmp_path / "missing.git", repository):
        assert head(place) is None
        assert read_readme(place) is None
        assert history(place, limit=3) == []


def test_making_a_repository_again_changes_nothing(repository: Path) -> None:
    revision = commit(repository, b"x")
    ensure_repository(repository)
    assert head(repository) == revision
    assert [child.name for child in repository.parent.iterdir()] == ["python.git"]


def test_a_repository_can_be_made_by_many_at_once(tmp_path: Path) -> None:
    path = tmp_path / "hub.git"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ensure_repository, [path] * 8))
    commit(path, b"x")
    assert [child.name for child in tmp_path.iterdir()] == ["hub.git"]


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "hub.git").mkdir()
    (tmp_path / "hub.git" / "letter.txt").write_text("mine")
    with pytest.raises(NotARepositoryError, match="not a git repository"):
        ensure_repository(tmp_path / "hub.git")
    assert (tmp_path / "hub.git" / "letter.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["", "-d", "a..b", "a b", "x.lock", "a//b", "a:b"])
def test_odd_branch_names_are_refused(repository: Path, name: str) -> None:
    with pytest.raises(PublishError, match="no name for a git branch"):
        commit(repository, b"x", branch=name)


@pytest.mark.parametrize("path", ["", "/etc/x", "../x", "a/.git/x", "a\nb", "-x", ":x"])
def test_odd_paths_are_refused(repository: Path, path: str) -> None:
    with pytest.raises(PublishError, match="no path within a repository"):
        commit(repository, b"x", path=path)


def test_a_remembered_tip_is_believed_only_while_the_branch_is_there(
    repository: Path,
) -> None:
    first = commit(repository, b"one\n")
    remembered = Tip(first.commit, first.blob)
    assert tip(repository, remembered=remembered) is remembered

    git.output(repository, "pack-refs", "--all")
    assert tip(repository, remembered=remembered) == remembered

    second = commit(repository, b"two\n")
    now = tip(repository, remembered=remembered)
    assert now == Tip(
        second.commit, git_says(repository, "rev-parse", "main:README.md")
    )
