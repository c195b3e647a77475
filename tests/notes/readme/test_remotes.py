"""Addresses, credentials and refusals, with a real smart-HTTP server and a real ssh."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from notes.errors import TransientError
from notes.readme import git, refusals, remotes
from notes.readme.git import PublishError
from notes.readme.publisher import (
    head,
    read_readme,
)
from notes.readme.pushing import Pushed, push_readme
from notes.readme.remotes import AddressError, PasswordInAddressError, Remote, access
from tests.notes.readme.repositories import TOKEN, Far, GitServer, write

HTTP = {"http"}


@pytest.fixture
def repository(repository: Path) -> Path:
    write(repository, b"one\n")
    return repository


def test_a_readme_is_published_over_http_with_a_token(
    repository: Path, server: GitServer, far: Far
) -> None:
    first = push_readme(repository, remote=server.remote(), protocols=HTTP)
    assert isinstance(first, Pushed)
    far.edit(b"guide", path="guide.md")
    write(repository, os.urandom(3_000_000))  # more than git posts in one piece
    assert isinstance(
        push_readme(repository, remote=server.remote(), protocols=HTTP), Pushed
    )
    assert far.readme() == read_readme(repository)
    assert read_readme(far.path, path="guide.md") == b"guide"


def test_a_wrong_token_is_named_as_such_and_not_repeated(
    repository: Path, server: GitServer
) -> None:
    remote = server.remote("wr0ng-token")
    with pytest.raises(
        refusals.AuthenticationError, match="enter a new token"
    ) as caught:
        push_readme(repository, remote=remote, protocols=HTTP)
    assert caught.value.permanent
    assert "wr0ng" not in repr((caught.value, caught.value.__cause__, remote))


def test_without_a_token_git_does_not_ask_anybody(
    repository: Path, server: GitServer
) -> None:
    with pytest.raises(refusals.AuthenticationError):
        push_readme(repository, remote=Remote(server.url), protocols=HTTP)


def test_the_token_is_on_no_command_line_and_in_no_file(
    repository: Path, server: GitServer
) -> None:
    lines: list[bytes] = []
    encoded = server.expected.removeprefix("Basic ").encode()

    def look() -> None:
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                lines.append(path.read_bytes())
            except OSError:
                continue

    server.before_answer = look
    push_readme(repository, remote=server.remote(), protocols=HTTP)
    assert any(b"git\0" in line and b"push" in line for line in lines)
    assert not [line for line in lines if TOKEN.encode() in line or encoded in line]
    files = [path for path in repository.rglob("*") if path.is_file()]
    assert not [path for path in files if encoded in path.read_bytes()]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (403, refusals.ForbiddenError),
        (404, refusals.RepositoryGoneError),
        (429, refusals.UnreachableError),
        (503, refusals.UnreachableError),
    ],
)
def test_a_servers_status_becomes_a_sentence(
    repository: Path, server: GitServer, status: int, error: type[PublishError]
) -> None:
    server.answer = (status, "X-Nothing", "")
    with pytest.raises(error, match=r"^[A-Z].*[:;] .*\.$") as caught:
        push_readme(repository, remote=server.remote(), protocols=HTTP)
    assert isinstance(caught.value, TransientError) is not caught.value.permanent


def test_a_redirect_does_not_carry_the_token_to_another_host(
    repository: Path, server: GitServer, far: Far
) -> None:
    with GitServer(far.path.parent) as other:
        thread = threading.Thread(target=other.serve_forever, args=(0.02,))
        thread.start()
        server.answer = (302, "Location", f"{other.url}/info/refs")
        with pytest.raises(refusals.RepositoryMovedError, match="new address"):
            push_readme(repository, remote=server.remote(), protocols=HTTP)
        other.shutdown()
        thread.join()
    assert other.requests == []


def test_a_remote_that_moves_between_fetch_and_push_is_tried_again(
    repository: Path, server: GitServer, far: Far
) -> None:
    push_readme(repository, remote=server.remote(), protocols=HTTP)
    moves = [b"first", b"second"]

    def move() -> None:
        path, _ = server.requests[-1]
        if moves and path.endswith("git-upload-pack"):
            far.edit(moves.pop(), path="other.txt")

    server.before_answer = move
    write(repository, b"two\n")
    pushed = push_readme(repository, remote=server.remote(), protocols=HTTP)
    assert isinstance(pushed, Pushed)
    assert (head(far.path).commit, moves) == (pushed.commit, [])
    assert far.readme() == b"two\n"
    assert read_readme(far.path, path="other.txt") == b"first"


def test_a_host_that_is_down_is_tried_again_later(repository: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}/x.git", f"ssh://git@127.0.0.1:{port}/x.git"):
        with pytest.raises(refusals.UnreachableError) as caught:
            push_readme(repository, remote=Remote(url), protocols={"http", "ssh"})
        assert not caught.value.permanent


def test_a_host_that_never_answers_is_given_up(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remotes, "NETWORK_TIMEOUT_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/x.git"
        with pytest.raises(git.GitTimeoutError) as caught:
            push_readme(repository, remote=Remote(url), protocols=HTTP)
    assert not caught.value.permanent


def test_an_ssh_key_is_a_private_file_for_as_long_as_it_is_needed(
    repository: Path,
) -> None:
    remote = Remote("git@example.org:hub.git", ssh_key="KEY")
    with access(remote, repository) as link:
        words = shlex.split(link.variables["GIT_SSH_COMMAND"])
        key = Path(words[words.index("-i") + 1])
        assert key.read_text() == "KEY\n"
        assert key.stat().st_mode & 0o777 == 0o600
        assert "StrictHostKeyChecking=accept-new" in words
        checked = subprocess.run(
            [*words, "-G", "git@example.org"], capture_output=True, check=True
        )
    assert not key.exists()
    assert f"userknownhostsfile {repository}/known_hosts" in checked.stdout.decode()


def test_given_host_keys_are_the_only_ones_accepted(repository: Path) -> None:
    remote = Remote(
        "ssh://git@example.org/hub.git", known_hosts="example.org ssh-rsa A"
    )
    with access(remote, repository) as link:
        words = shlex.split(link.variables["GIT_SSH_COMMAND"])
    assert "StrictHostKeyChecking=yes" in words
    assert not any(str(repository) in word for word in words)


@pytest.mark.parametrize(
    ("url", "protocol"),
    [
        ("https://example.org/a/b.git", "https"),
        ("ssh://git@example.org:2222/a.git", "ssh"),
        ("git@example.org:a/b.git", "ssh"),
        ("file:///srv/git/a.git", "file"),
        ("/srv/git/a.git", "file"),
    ],
)
def test_the_usual_addresses_are_understood(url: str, protocol: str) -> None:
    assert Remote(url).protocol == protocol


@pytest.mark.parametrize(
    "url",
    [
        "",
        "-oProxyCommand=x",
        "ext::sh -c id",
        "https::https://example.org",
        "ssh://-oProxyCommand=x/y",
        "git@-oProxyCommand=x:y",
        "git@example.org:-x",
        "relative/path",
        "https://example.org/a\nb",
    ],
)
def test_odd_addresses_are_refused(url: str) -> None:
    with pytest.raises(AddressError, match="no address of a git repository"):
        Remote(url)


@pytest.mark.parametrize(
    "url", ["https://ada:pass@example.org/x", "ssh://ada:pass@example.org/x"]
)
def test_a_password_in_the_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(PasswordInAddressError) as caught:
        Remote(url)
    assert "ada:pass" not in str(caught.value)


def test_secrets_do_not_show_in_what_is_printed_of_a_remote(repository: Path) -> None:
    remote = Remote("https://example.org/x", password=TOKEN, ssh_key="KEY")
    with access(remote, repository) as link:
        shown = repr((remote, link))
    assert TOKEN not in shown
    assert "KEY" not in shown
    assert "Basic" not in shown


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("git@h: Permission denied (publickey).", refusals.AuthenticationError),
        ("Host key verification failed.", refusals.HostKeyError),
        ("ERROR: Repository not found.", refusals.RepositoryGoneError),
        ("remote: error: GH006: Protected branch", refusals.ProtectedBranchError),
        ("remote: Permission to a/b.git denied to c.", refusals.ForbiddenError),
        ("SSL certificate problem: expired", refusals.CertificateError),
        (
            "fatal: Could not resolve host: x",
            refusals.UnreachableError,
        ),
    ],
)
def test_what_hosts_say_becomes_a_sentence(
    said: str, error: type[PublishError]
) -> None:
    text = f"{said}\nfatal: Could not read from remote repository.\n"
    assert type(refusals.refusal(text)) is error


def test_a_name_is_reached_at_the_given_address_and_no_other(
    repository: Path, far: Far, server: GitServer
) -> None:
    url = f"http://rebound.invalid:{server.server_port}/far.git"
    remote = Remote(url, username="ada", password=TOKEN, addresses=("127.0.0.1",))
    assert isinstance(push_readme(repository, remote=remote, protocols=HTTP), Pushed)
    assert far.readme() == b"one\n"


@pytest.mark.parametrize(
    ("url", "alias"),
    [
        ("git@host.invalid:x.git", "host.invalid"),
        ("ssh://git@host.invalid:2222/x.git", "[host.invalid]:2222"),
    ],
)
def test_ssh_goes_to_the_given_address_with_the_keys_of_the_name(
    repository: Path, url: str, alias: str
) -> None:
    remote = Remote(url, ssh_key="key", addresses=("192.0.2.1", "192.0.2.2"))
    with access(remote, repository) as link:
        command = link.variables["GIT_SSH_COMMAND"]
    assert "HostName=192.0.2.1" in command
    assert f"HostKeyAlias={alias}" in shlex.split(command)
