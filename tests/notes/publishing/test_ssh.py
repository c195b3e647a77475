"""Pushing over ssh to a real OpenSSH server, with the keys of both sides checked."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings

from notes.models import Remote
from notes.publishing.forms import RemoteForm
from notes.publishing.services import set_remote
from notes.readme import git, refusals
from notes.readme.publisher import read_readme
from tests.conftest import needs
from tests.notes.publishing.conftest import build, choice, pushed, submit
from tests.notes.publishing.sshd import PROGRAM, SshServer, new_key
from tests.notes.readme.repositories import Far


@pytest.fixture
def server(far: Far, tmp_path: Path, settings: Settings) -> Iterator[SshServer]:
    needs("sshd", found=PROGRAM is not None)
    settings.NEXUS_REMOTES_ALLOW_NETWORKS = (ip_network("127.0.0.0/8"),)
    with SshServer(tmp_path / "ssh", far.path.parent) as server:
        yield server


@pytest.fixture
def remote(imported, server: SshServer, ada: User) -> Remote:
    return publish_to(imported, server, ada)


def publish_to(hub, server: SshServer, actor: User, **changes: str) -> Remote:
    keys = {"ssh_key": server.key, "known_hosts": server.known_hosts, **changes}
    chosen = choice(keys.pop("url", server.url), **keys)
    return set_remote(hub=hub, choice=chosen, actor=actor)


def test_a_readme_is_pushed_with_a_deploy_key(remote, imported, far, ada):
    assert pushed(imported).startswith("pushed ")
    far.edit(b"guide", path="guide.md")
    submit(imported, ada, "Kombu")
    build(imported)
    assert pushed(imported).startswith("pushed ")
    assert b"Kombu" in far.readme()
    assert read_readme(far.path, path="guide.md") == b"guide"


def test_a_key_that_the_host_does_not_know_is_named_as_such(
    imported, server, far, ada, tmp_path
):
    publish_to(imported, server, ada, ssh_key=new_key(tmp_path / "other"))
    with pytest.raises(refusals.AuthenticationError, match="enter a new token or key"):
        pushed(imported)
    assert far.readme() is None


def test_a_host_with_another_key_than_the_given_one_gets_nothing(
    imported, server, far, ada, tmp_path
):
    new_key(tmp_path / "other")
    other = (tmp_path / "other.pub").read_text()
    publish_to(imported, server, ada, known_hosts=f"[127.0.0.1]:{server.port} {other}")
    with pytest.raises(refusals.HostKeyError, match="ask the host whether it is new"):
        pushed(imported)
    assert far.readme() is None


def test_a_host_that_is_not_among_the_given_ones_gets_nothing(
    imported, server, far, ada
):
    known = server.known_hosts.replace("127.0.0.1", "example.org")
    publish_to(imported, server, ada, known_hosts=known)
    with pytest.raises(refusals.HostKeyError):
        pushed(imported)
    assert far.readme() is None


def test_the_key_that_a_host_shows_first_is_the_one_it_has_to_keep(
    imported, far, ada, server
):
    publish_to(imported, server, ada, known_hosts="")
    assert pushed(imported).startswith("pushed ")
    server.stop()
    server.renew_host_key()
    server.start()
    submit(imported, ada, "Kombu")
    build(imported)
    with pytest.raises(refusals.HostKeyError):
        pushed(imported)
    assert b"Kombu" not in far.readme()


@pytest.mark.parametrize(
    ("command", "error", "sentence"),
    [
        (
            "echo 'ERROR: The key has been marked as read only.' >&2; exit 1",
            refusals.ForbiddenError,
            "give it write access",
        ),
        (
            "echo 'ERROR: Repository not found.' >&2; exit 1",
            refusals.RepositoryGoneError,
            "correct the address",
        ),
        (
            "echo 'Connection closed by remote host' >&2; exit 255",
            refusals.UnreachableError,
            "tries again by itself",
        ),
    ],
)
@pytest.mark.usefixtures("remote")
def test_what_a_host_says_of_a_key_becomes_a_sentence(
    imported, server, command, error, sentence
):
    server.let_in(command)
    with pytest.raises(error, match=sentence):
        pushed(imported)


def test_a_folder_that_is_no_repository_says_what_to_correct(
    imported, server, far, ada
):
    publish_to(imported, server, ada, url=server.url.replace("far.git", "none.git"))
    with pytest.raises(refusals.RepositoryGoneError, match="correct the address"):
        pushed(imported)


def test_a_hook_that_refuses_is_quoted(remote, imported, far):
    far.hook("pre-receive", "echo 'no pushes on Fridays' >&2; exit 1")
    with pytest.raises(git.PublishError, match=r"\(no pushes on Fridays\): change"):
        pushed(imported)


def test_a_server_that_is_down_is_tried_again_later(remote, imported, server):
    server.stop()
    with pytest.raises(refusals.UnreachableError) as caught:
        pushed(imported)
    assert not caught.value.permanent


@pytest.mark.parametrize("passphrase", ["", "s3cret"])
def test_a_key_with_a_passphrase_is_refused_when_it_is_entered(tmp_path, passphrase):
    needs("sshd", found=PROGRAM is not None)
    data = {
        "url": "ssh://git@example.org/hub.git",
        "branch": "main",
        "path": "README.md",
        "mode": Remote.Mode.DIRECT,
        "ssh_key": new_key(tmp_path / "key", passphrase),
    }
    form = RemoteForm(data, remote=None)
    assert form.is_valid() is not bool(passphrase)
    assert ("has a passphrase" in str(form.errors)) is bool(passphrase)
