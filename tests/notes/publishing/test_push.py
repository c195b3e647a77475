"""Pushing a hub's README, as the worker does it, to real bare repositories."""

from __future__ import annotations

import pytest

from notes.models import EventKind, Remote
from notes.publishing.services import remove_remote, set_remote
from notes.readme import rebuild
from notes.readme.git import PublishError
from notes.readme.refusals import ProtectedBranchError, RepositoryGoneError
from tests.notes.publishing.conftest import README, build, choice, pushed, submit


def test_a_hub_without_a_remote_has_nothing_to_do(imported):
    assert pushed(imported) == "this hub has no remote repository"


def test_the_readme_is_pushed_and_the_place_named(remote, imported, far):
    sentence = pushed(imported)
    [commit] = far.run("log", "--format=%h", "main").split()
    assert sentence == f"pushed {commit} to main at {far.path.with_suffix('')}"
    assert far.readme() == README.encode()
    remote.refresh_from_db()
    assert remote.pushed_commit.startswith(commit)
    assert remote.checked_at > remote.changed_at


def test_what_is_there_already_is_told_as_such(remote, imported):
    pushed(imported)
    assert pushed(imported).endswith("has this README already")


def test_every_new_note_follows(remote, imported, far, ada):
    pushed(imported)
    submit(imported, ada, "Kombu")
    build(imported)
    pushed(imported)
    assert far.readme().endswith(b"- **Kombu**: new\n")
    assert far.run("log", "-1", "--format=%an", "main") == "Ada"


def test_a_pull_requests_branch_gets_the_readme_instead(imported, far, ada):
    far.edit(README.encode())
    submit(imported, ada, "Kombu")
    build(imported)
    to_branch = choice(far.url, mode=Remote.Mode.PROPOSAL, proposal="nexus")
    set_remote(hub=imported, choice=to_branch, actor=ada)
    assert "to nexus at" in pushed(imported)
    assert far.readme() == README.encode()
    assert b"Kombu" in far.readme("nexus")


def test_between_markers_only_our_part_changes(imported, far, ada):
    far.edit(b"Theirs.\n\n<!-- nexus:start -->\n<!-- nexus:end -->\nTheirs too.\n")
    between = choice(far.url, mode=Remote.Mode.MARKERS)
    set_remote(hub=imported, choice=between, actor=ada)
    pushed(imported)
    text = far.readme().decode()
    assert text.startswith("Theirs.\n\n<!-- nexus:start -->\n# Hub\n")
    assert text.endswith("- **Redis**: caches\n<!-- nexus:end -->\nTheirs too.\n")


def test_a_refusing_hook_ends_in_its_own_words(remote, imported, far):
    far.hook("pre-receive", "echo 'no pushes on Fridays' >&2; exit 1")
    with pytest.raises(PublishError, match="no pushes on Fridays"):
        pushed(imported)


def test_a_protected_branch_says_what_to_do(remote, imported, far):
    far.hook("update", "echo 'GH006: Protected branch update failed' >&2; exit 1")
    with pytest.raises(ProtectedBranchError, match="use pull requests"):
        pushed(imported)


def test_a_remote_that_moves_meanwhile_is_pushed_on_top_of(remote, imported, far, ada):
    pushed(imported)
    far.run("update-ref", "refs/heads/side", "main")
    late = far.edit(b"late", path="late.txt", branch="side")
    far.hook(
        "pre-receive",
        "[ -e moved ] && exit 0; touch moved; unset GIT_QUARANTINE_PATH\n"
        f"git update-ref refs/heads/main {late}",
    )
    submit(imported, ada, "Kombu")
    build(imported)
    assert pushed(imported).startswith("pushed ")
    assert far.run("rev-parse", "main^") == late


def test_a_gone_repository_says_what_to_do(imported, far, ada, tmp_path):
    gone = choice(f"file://{tmp_path}/gone.git")
    set_remote(hub=imported, choice=gone, actor=ada)
    with pytest.raises(RepositoryGoneError, match="correct the address"):
        pushed(imported)


def test_what_another_hand_wrote_is_not_overwritten(remote, imported, far, ada):
    pushed(imported)
    far.edit(b"# Theirs\n")
    submit(imported, ada, "Kombu")
    build(imported)
    assert "to be looked at" in pushed(imported)
    assert far.readme() == b"# Theirs\n"


def test_a_remote_that_was_changed_during_the_push_is_not_called_pushed(
    remote, imported, far, ada
):
    from_before = Remote.objects.get(pk=remote.pk)
    set_remote(hub=imported, choice=choice(far.url, path="docs/hub.md"), actor=ada)
    Remote.objects.as_it_was(from_before).update(pushed_commit="f" * 40)
    remote.refresh_from_db()
    assert remote.pushed_commit == ""


def test_setting_a_remote_is_recorded_without_any_secret(imported, ada, far):
    secret = choice("https://example.org/x.git", token="t0ken", ssh_key="k3y")
    remote = set_remote(hub=imported, choice=secret, actor=ada)
    event = imported.events.get(kind=EventKind.REMOTE_CHANGED)
    assert event.data == {"place": "example.org/x"}
    assert "t0ken" not in str(vars(remote))
    assert "k3y" not in str(vars(remote))


def test_secrets_stay_when_only_the_branch_changes(imported, ada):
    secret = choice("https://example.org/x.git", token="t0ken")
    before = set_remote(hub=imported, choice=secret, actor=ada).token
    again = choice("https://example.org/y.git", branch="trunk")
    assert set_remote(hub=imported, choice=again, actor=ada).token == before


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x.git",
        "https://example.org:8443/x.git",
        "git@example.org:x.git",
    ],
)
def test_secrets_never_follow_to_another_host(imported, ada, url):
    secret = choice("https://example.org/x.git", token="t0ken", ssh_key="k3y")
    set_remote(hub=imported, choice=secret, actor=ada)
    remote = set_remote(hub=imported, choice=choice(url), actor=ada)
    assert (remote.token, remote.ssh_key) == ("", "")


def test_a_removed_remote_forgets_its_secrets(imported, ada):
    secret = choice("https://example.org/x.git", token="t0ken")
    remove_remote(remote=set_remote(hub=imported, choice=secret, actor=ada), actor=ada)
    assert not Remote.objects.exists()
    event = imported.events.get(kind=EventKind.REMOTE_REMOVED)
    assert event.data == {"place": "example.org/x"}


def test_the_hubs_own_repository_holds_no_secret(imported, ada, far):
    set_remote(hub=imported, choice=choice(far.url, token="t0ken"), actor=ada)
    pushed(imported)
    repository = rebuild.repository_of(imported)
    files = [path for path in repository.rglob("*") if path.is_file()]
    assert not any(b"t0ken" in path.read_bytes() for path in files)
