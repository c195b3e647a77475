"""Pushing over TLS with a token: the certificate is checked, the token stays inside."""

from __future__ import annotations

import base64
import ssl
import threading
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest
import trustme
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings

from notes.models import Event, Job, Remote
from notes.publishing.services import set_remote
from notes.readme import git, refusals
from notes.readme.publisher import read_readme
from tasks import relay
from tasks.handlers import HANDLERS
from tests.notes.publishing.conftest import build, choice, pushed, submit
from tests.notes.readme.repositories import TOKEN, Far, GitServer

PAIR = base64.b64encode(f"ada:{TOKEN}".encode()).decode()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server(
    far: Far, authority: trustme.CA, settings: Settings, tmp_path: Path
) -> Iterator[GitServer]:
    settings.NEXUS_REMOTES_ALLOW_NETWORKS = (ip_network("127.0.0.0/8"),)
    far.run("config", "http.receivepack", "true")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    with GitServer(far.path.parent, tls) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def trusted(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This installation trusts the authority, as an operator would have it."""
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))


@pytest.fixture
def remote(imported, server: GitServer, ada: User) -> Remote:
    return publish_to(imported, server, ada)


def publish_to(hub, server: GitServer, actor: User, token: str = TOKEN) -> Remote:
    url = server.url.replace("http:", "https:")
    chosen = choice(url, username="ada", token=token)
    return set_remote(hub=hub, choice=chosen, actor=actor)


def test_a_readme_is_pushed_with_a_token(remote, trusted, imported, far, ada):
    assert pushed(imported).startswith("pushed ")
    far.edit(b"guide", path="guide.md")
    submit(imported, ada, "Kombu")
    build(imported)
    assert pushed(imported).startswith("pushed ")
    assert b"Kombu" in far.readme()
    assert read_readme(far.path, path="guide.md") == b"guide"


def test_a_certificate_that_nobody_here_trusts_ends_it(remote, imported, far, server):
    with pytest.raises(refusals.CertificateError, match="SSL_CERT_FILE"):
        pushed(imported)
    assert far.readme() is None
    assert server.requests == []


@pytest.mark.usefixtures("trusted")
def test_a_certificate_for_another_name_ends_it(remote, imported, server, settings):
    settings.NEXUS_REMOTES_ALLOW_NETWORKS += (ip_network("::1/128"),)
    Remote.objects.update(url=remote.url.replace("127.0.0.1", "localhost"))
    with pytest.raises(refusals.CertificateError):
        pushed(imported)
    assert server.requests == []


@pytest.mark.usefixtures("remote", "trusted")
def test_a_remote_that_moved_meanwhile_gets_the_readme_on_top(
    imported, far, server, ada
):
    pushed(imported)
    moves = [b"theirs"]

    def move() -> None:
        path, _ = server.requests[-1]
        if moves and path.endswith("git-upload-pack"):
            far.edit(moves.pop(), path="other.txt")

    server.before_answer = move
    submit(imported, ada, "Kombu")
    build(imported)
    assert pushed(imported).startswith("pushed ")
    assert not moves
    assert read_readme(far.path, path="other.txt") == b"theirs"
    assert b"Kombu" in far.readme()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("GH006: Protected branch update failed", "or use pull requests"),
        (f"no {TOKEN} {PAIR}", r"\(no \*\*\* \*\*\*\): change"),
    ],
)
@pytest.mark.usefixtures("remote", "trusted")
def test_a_hook_that_refuses_is_quoted_without_secrets(imported, far, said, sentence):
    far.hook("pre-receive", f"echo '{said}' >&2; exit 1")
    with pytest.raises(git.PublishError, match=sentence):
        pushed(imported)
    assert far.readme() is None


@pytest.mark.usefixtures("remote", "trusted")
def test_a_repository_that_is_gone_says_what_to_correct(imported, server):
    server.answer = (404, "X-Nothing", "")
    with pytest.raises(refusals.RepositoryGoneError, match="correct the address"):
        pushed(imported)


@pytest.fixture
def refused(imported, server: GitServer, ada: User, trusted: None) -> Job:
    """A push whose token the server does not know, as the ledger has it."""
    publish_to(imported, server, ada, token="wr0ng-token")
    while relay.dispatch_events():
        pass
    job = Job.objects.get(handler="tasks.readme.push_readme")
    handler = HANDLERS[job.handler]
    with pytest.raises(refusals.AuthenticationError) as caught:
        handler(str(job.id))  # type: ignore[operator]
    handler.on_failure(caught.value, str(job.id), (), {}, None)
    return job


def test_a_refused_token_is_nowhere_to_be_read(admin_client, caplog, refused, tmp_path):
    """Not on a page, in a row, in a log or in a file of the data folder."""
    caplog.set_level("DEBUG")
    shown = [
        admin_client.get(address).content.decode()
        for address in (f"/jobs/{refused.id}/", "/jobs/", "/h/nexus/remote/")
    ]
    assert "enter a new token" in shown[0]
    rows = [*Event.objects.values(), *Job.objects.values(), *Remote.objects.values()]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    told = [caplog.text, *map(repr, rows)]
    told += [path.read_bytes().decode(errors="replace") for path in files]
    pair = base64.b64encode(b"ada:wr0ng-token").decode()
    assert [text for text in shown + told if "wr0ng" in text or pair in text] == []
