"""Publishing to real bare remotes over file://, with the faults of real remotes."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from notes.errors import TransientError
from notes.readme.git import PublishError, RepositoryBusyError
from notes.readme.publisher import (
    head,
    history,
    read_readme,
)
from notes.readme.pushing import (
    PUSH_LOCK,
    BranchMissingError,
    HandEdit,
    NothingToPublishError,
    Pushed,
    push_readme,
)
from notes.readme.refusals import (
    ForbiddenError,
    ProtectedBranchError,
    RefusedProtocolError,
    RemoteMovedError,
    RepositoryGoneError,
)
from notes.readme.remotes import Remote
from tests.notes.readme.repositories import ADA, GRACE, PERSON, Far, write


def test_an_empty_remote_gets_every_revision_with_its_author(
    repository: Path, far: Far
) -> None:
    write(repository, b"one\n")
    newest = write(repository, b"two\n", GRACE)
    assert push_readme(repository, remote=Remote(far.url)) == Pushed(newest, "main")
    assert [e.author for e in history(far.path, limit=9)] == [GRACE, ADA]
    assert far.readme() == b"two\n"


def test_what_is_there_already_is_not_pushed_again(repository: Path, far: Far) -> None:
    remote = Remote(far.url)
    write(repository, b"one\n")
    assert push_readme(repository, remote=remote) is not None
    assert push_readme(repository, remote=remote) is None


def test_the_readme_goes_on_top_of_what_others_pushed(
    repository: Path, far: Far
) -> None:
    remote = Remote(str(far.path))
    write(repository, b"one\n")
    push_readme(repository, remote=remote)
    theirs = far.edit(b"guide", path="docs/guide.md")
    write(repository, b"two\n", GRACE)
    pushed = push_readme(repository, remote=remote)
    assert isinstance(pushed, Pushed)
    assert head(far.path).parent == theirs
    assert read_readme(far.path, path="docs/guide.md") == b"guide"
    assert far.readme() == b"two\n"
    assert history(far.path, limit=1)[0].author == GRACE


def test_one_commit_for_several_revisions_credits_everybody(
    repository: Path, far: Far
) -> None:
    remote = Remote(far.url)
    write(repository, b"one\n")
    push_readme(repository, remote=remote)
    far.edit(b"guide", path="guide.md")
    write(repository, b"two\n", GRACE)
    write(repository, b"three\n", ADA)
    push_readme(repository, remote=remote)
    [entry] = history(far.path, limit=1)
    assert (entry.author, entry.co_authors) == (ADA, (GRACE,))
    assert entry.subject == "Update README.md"
    assert entry.body == "- Change 3\n- Change 2"


def test_an_existing_readme_that_was_imported_may_be_replaced(
    repository: Path, far: Far
) -> None:
    far.edit(b"- by hand\n")
    write(repository, b"- by hand\n")
    write(repository, b"- by hand\n- a note\n")
    assert isinstance(push_readme(repository, remote=Remote(far.url)), Pushed)
    assert far.readme() == b"- by hand\n- a note\n"
    assert len(history(far.path, limit=9)) == 2


def test_an_existing_readme_that_nobody_imported_is_not_overwritten(
    repository: Path, far: Far
) -> None:
    theirs = far.edit(b"precious\n")
    write(repository, b"ours\n")
    edit = push_readme(repository, remote=Remote(far.url))
    assert isinstance(edit, HandEdit)
    assert (edit.commit, edit.ours, edit.theirs) == (theirs, None, b"precious\n")
    assert far.readme() == b"precious\n"


def test_a_hand_edit_is_handed_over_and_stays_until_it_is_settled(
    repository: Path, far: Far
) -> None:
    remote = Remote(far.url)
    write(repository, b"one\n")
    push_readme(repository, remote=remote)
    far.edit(b"one, edited\n")
    theirs = far.edit(b"guide", path="guide.md")
    write(repository, b"one\ntwo\n")
    edit = push_readme(repository, remote=remote)
    assert isinstance(edit, HandEdit)
    assert (edit.commit, edit.ours) == (theirs, b"one\n")
    assert edit.theirs == b"one, edited\n"
    assert edit.last.author == PERSON
    assert push_readme(repository, remote=remote) == edit
    assert far.readme() == b"one, edited\n"

    write(repository, b"one, edited\ntwo\n")
    settled = push_readme(repository, remote=remote, resolved=edit.commit)
    assert isinstance(settled, Pushed)
    assert far.readme() == b"one, edited\ntwo\n"
    assert read_readme(far.path, path="guide.md") == b"guide"


def test_an_edit_of_an_imported_readme_is_shown_against_the_imported_one(
    repository: Path, far: Far
) -> None:
    far.edit(b"imported\n")
    write(repository, b"imported\n")
    assert push_readme(repository, remote=Remote(far.url)) is None
    far.edit(b"imported and edited\n")
    write(repository, b"imported and a note\n")
    edit = push_readme(repository, remote=Remote(far.url))
    assert isinstance(edit, HandEdit)
    assert edit.ours == b"imported\n"
    assert edit.theirs == b"imported and edited\n"


def test_another_edit_after_the_settled_one_is_handed_over_too(
    repository: Path, far: Far
) -> None:
    remote = Remote(far.url)
    write(repository, b"one\n")
    push_readme(repository, remote=remote)
    settled = far.edit(b"first edit\n")
    far.edit(b"second edit\n")
    write(repository, b"one and first edit\n")
    edit = push_readme(repository, remote=remote, resolved=settled)
    assert isinstance(edit, HandEdit)
    assert edit.theirs == b"second edit\n"


def test_a_readme_removed_or_set_back_by_hand_is_a_hand_edit(
    repository: Path, far: Far
) -> None:
    remote = Remote(far.url)
    old = write(repository, b"one\n")
    push_readme(repository, remote=remote)
    write(repository, b"two\n")
    push_readme(repository, remote=remote)
    far.run("update-ref", "refs/heads/main", old)
    write(repository, b"three\n")
    edit = push_readme(repository, remote=remote)
    assert isinstance(edit, HandEdit)
    assert (edit.ours, edit.theirs) == (b"two\n", b"one\n")

    empty = far.run("hash-object", "-t", "tree", "-w", "/dev/null")
    gone = far.run(
        *("-c", "user.name=P", "-c", "user.email=p@example.org"),
        *("commit-tree", empty, "-p", old, "-m", "Remove"),
    )
    far.run("update-ref", "refs/heads/main", gone)
    edit = push_readme(repository, remote=remote)
    assert isinstance(edit, HandEdit)
    assert edit.theirs is None


def test_a_push_whose_success_was_never_noted_is_recognised(
    repository: Path, far: Far
) -> None:
    remote = Remote(far.url)
    write(repository, b"one\n")
    push_readme(repository, remote=remote)
    far.edit(b"guide", path="guide.md")
    write(repository, b"two\n")
    push_readme(repository, remote=remote)
    [published] = (repository / "refs" / "nexus").glob("*/published")
    published.write_text(f"{history(repository, limit=9)[-1].commit}\n")
    write(repository, b"three\n")
    assert isinstance(push_readme(repository, remote=remote), Pushed)
    assert far.readme() == b"three\n"


def test_a_remote_that_moves_during_the_push_is_tried_again(
    repository: Path, far: Far
) -> None:
    far.edit(b"one\n")
    write(repository, b"one\n")
    far.run("update-ref", "refs/heads/side", "main")
    late = far.edit(b"late", path="late.txt", branch="side")
    far.hook(
        "pre-receive",
        f"[ -e moved ] && exit 0; touch moved; unset GIT_QUARANTINE_PATH\n"
        f"git update-ref refs/heads/main {late}",
    )
    write(repository, b"two\n")
    assert isinstance(push_readme(repository, remote=Remote(far.url)), Pushed)
    assert (far.path / "moved").exists()
    assert head(far.path).parent == late
    assert read_readme(far.path, path="late.txt") == b"late"


def test_a_remote_that_never_stands_still_is_left_for_later(
    repository: Path, far: Far
) -> None:
    far.edit(b"one\n")
    write(repository, b"one\n")
    far.hook(
        "pre-receive",
        "unset GIT_QUARANTINE_PATH; export GIT_AUTHOR_NAME=P GIT_AUTHOR_EMAIL=p@x"
        " GIT_COMMITTER_NAME=P GIT_COMMITTER_EMAIL=p@x\n"
        "unset GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES\n"
        "new=$(git commit-tree main^{tree} -p main -m again)\n"
        "git update-ref refs/heads/main $new",
    )
    write(repository, b"two\n")
    with pytest.raises(RemoteMovedError) as caught:
        push_readme(repository, remote=Remote(far.url))
    assert isinstance(caught.value, TransientError)
    assert far.readme() == b"one\n"


def test_a_second_push_of_the_same_hub_waits_for_the_first(
    repository: Path, far: Far
) -> None:
    write(repository, b"one\n")
    with (repository / PUSH_LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(RepositoryBusyError):
            push_readme(repository, remote=Remote(far.url))
    assert push_readme(repository, remote=Remote(far.url)) is not None


def test_a_hook_that_declines_is_quoted(repository: Path, far: Far) -> None:
    far.hook("pre-receive", "echo 'no Friday releases' >&2; exit 1")
    write(repository, b"one\n")
    with pytest.raises(PublishError, match=r"\(no Friday releases.*run the job again"):
        push_readme(repository, remote=Remote(far.url))
    assert far.readme() is None


def test_a_protected_branch_is_named_as_such(repository: Path, far: Far) -> None:
    far.hook("update", "echo 'GH006: Protected branch update failed' >&2; exit 1")
    write(repository, b"one\n")
    with pytest.raises(ProtectedBranchError, match="use pull requests") as caught:
        push_readme(repository, remote=Remote(far.url))
    assert caught.value.permanent


def test_a_missing_permission_is_named_as_such(repository: Path, far: Far) -> None:
    far.hook("pre-receive", "echo 'Permission to x denied to y' >&2; exit 1")
    write(repository, b"one\n")
    with pytest.raises(ForbiddenError, match="write access"):
        push_readme(repository, remote=Remote(far.url))


def test_a_gone_repository_is_named_as_such(repository: Path, tmp_path: Path) -> None:
    write(repository, b"one\n")
    with pytest.raises(RepositoryGoneError, match="correct the address") as caught:
        push_readme(repository, remote=Remote(f"file://{tmp_path}/gone.git"))
    assert caught.value.permanent


def test_a_wrong_branch_is_not_made_beside_the_right_one(
    repository: Path, far: Far
) -> None:
    far.edit(b"one\n", branch="trunk")
    write(repository, b"one\n")
    with pytest.raises(BranchMissingError, match="no such branch"):
        push_readme(repository, remote=Remote(far.url))


def test_without_any_readme_there_is_nothing_to_publish(
    repository: Path, tmp_path: Path, far: Far
) -> None:
    for hub in (repository, tmp_path / "new.git"):
        with pytest.raises(NothingToPublishError, match="import one"):
            push_readme(hub, remote=Remote(far.url))


def test_a_protocol_that_is_not_allowed_is_refused(repository: Path, far: Far) -> None:
    write(repository, b"one\n")
    with pytest.raises(RefusedProtocolError):
        push_readme(repository, remote=Remote(far.url), protocols={"https", "ssh"})
    with pytest.raises(RefusedProtocolError):
        push_readme(repository, remote=Remote("http://127.0.0.1:9/x.git"))


def test_two_hubs_can_share_a_remote_in_different_files(
    tmp_path: Path, far: Far
) -> None:
    one, other = tmp_path / "one.git", tmp_path / "other.git"
    for hub, path in ((one, "one.md"), (other, "docs/other.md")):
        write(hub, path.encode())
        push_readme(hub, remote=Remote(far.url, path=path))
    assert read_readme(far.path, path="one.md") == b"one.md"
    assert read_readme(far.path, path="docs/other.md") == b"docs/other.md"
