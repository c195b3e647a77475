"""Where this installation may publish to."""

from __future__ import annotations

import ipaddress
import socket

import pytest

from notes.models import Hub, Remote
from notes.publishing import destinations
from notes.publishing.credentials import encrypt
from notes.publishing.destinations import (
    FileRefusedError,
    OwnFolderError,
    PrivateAddressError,
    check,
    destination_of,
    host_and_port,
    resolve,
)
from notes.readme.refusals import RefusedProtocolError, UnreachableError
from notes.readme.remotes import AddressError, PasswordInAddressError

PUBLIC = "93.184.215.14"


@pytest.fixture
def names(monkeypatch) -> dict[str, list[str]]:
    """The name servers of the world: host to addresses."""
    known: dict[str, list[str]] = {}

    def answer(host: str, port: int, **_: object) -> list[object]:
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(0, 0, 0, "", (address, port)) for address in known[host]]

    monkeypatch.setattr(destinations.socket, "getaddrinfo", answer)
    return known


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/team/hub.git",
        "https://example.org:8443/hub.git",
        "ssh://git@example.org:2222/hub.git",
        "git@example.org:team/hub.git",
    ],
)
def test_https_and_ssh_addresses_are_taken(url: str) -> None:
    check(url)


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("http://example.org/hub.git", RefusedProtocolError),
        ("git://example.org/hub.git", RefusedProtocolError),
        ("ext::sh -c id", AddressError),
        ("--upload-pack=id", AddressError),
        ("nonsense", AddressError),
        ("https://example.org:port/hub.git", AddressError),
        ("https://ada:t0ken@example.org/hub.git", PasswordInAddressError),
        ("https://127.0.0.1/hub.git", PrivateAddressError),
        ("https://[0:0:0:0:0:0:0:1]/hub.git", PrivateAddressError),
        ("https://[0:0:0:0:0:ffff:a00:1]/hub.git", PrivateAddressError),
        ("ssh://git@192.168.1.5/hub.git", PrivateAddressError),
        ("git@169.254.169.254:hub.git", PrivateAddressError),
    ],
)
def test_everything_else_is_refused_without_asking_anybody(url, error, names) -> None:
    with pytest.raises(error):
        check(url)


def test_folders_are_refused_unless_the_operator_allows_them(settings, tmp_path):
    with pytest.raises(FileRefusedError, match="NEXUS_REMOTES_ALLOW_FILE"):
        check(f"file://{tmp_path}/far.git")
    settings.NEXUS_REMOTES_ALLOW_FILE = True
    check(f"file://{tmp_path}/far.git")
    check(f"{tmp_path}/far.git")


@pytest.mark.parametrize("way", ["{}/other.git", "file://{}/x/../other.git"])
def test_no_hub_is_pushed_over_another(settings, repositories, way):
    settings.NEXUS_REMOTES_ALLOW_FILE = True
    with pytest.raises(OwnFolderError):
        check(way.format(repositories))


def test_a_link_into_the_hubs_leads_nowhere_either(settings, repositories, tmp_path):
    settings.NEXUS_REMOTES_ALLOW_FILE = True
    repositories.mkdir()
    (tmp_path / "door").symlink_to(repositories)
    with pytest.raises(OwnFolderError):
        check(f"{tmp_path}/door/other.git")


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://example.org/x.git", ("example.org", 443)),
        ("https://example.org:8443/x.git", ("example.org", 8443)),
        ("ssh://git@example.org/x.git", ("example.org", 22)),
        ("git@example.org:x.git", ("example.org", 22)),
    ],
)
def test_host_and_port_are_read_from_every_spelling(url, place):
    assert host_and_port(url) == place


def test_a_public_host_is_reached_at_the_addresses_that_were_judged(names):
    names["example.org"] = [PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]
    assert resolve("example.org", 443) == tuple(names["example.org"])


def test_one_private_address_among_them_is_enough_to_refuse(names):
    names["rebind.example"] = [PUBLIC, "10.0.0.7"]
    with pytest.raises(PrivateAddressError, match="NEXUS_REMOTES_ALLOW_NETWORKS"):
        resolve("rebind.example", 443)


def test_the_operator_may_allow_a_network(names, settings):
    settings.NEXUS_REMOTES_ALLOW_NETWORKS = (ipaddress.ip_network("10.0.0.0/8"),)
    names["git.internal"] = ["10.0.0.7"]
    assert resolve("git.internal", 8443) == ("10.0.0.7",)


def test_a_name_that_nobody_knows_may_be_known_later(names):
    with pytest.raises(UnreachableError):
        resolve("gone.example", 443)


def test_git_gets_the_secrets_and_the_judged_addresses(hub: Hub, names):
    names["example.org"] = [PUBLIC]
    row = Remote(
        hub=hub,
        url="https://example.org/hub.git",
        mode=Remote.Mode.PROPOSAL,
        proposal="nexus",
        token=encrypt("t0ken"),
    )
    found = destination_of(row)
    assert (found.password, found.proposal, found.has_markers) == (
        "t0ken",
        "nexus",
        False,
    )
    assert found.addresses == (PUBLIC,)
    assert "t0ken" not in repr(found)


def test_another_modes_branch_is_not_used(hub: Hub, far):
    row = Remote(hub=hub, url=far.url, mode=Remote.Mode.MARKERS, proposal="nexus")
    assert (destination_of(row).proposal, destination_of(row).has_markers) == ("", True)
