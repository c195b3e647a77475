"""Which repositories elsewhere this installation may reach, and how.

A host's addresses are judged as those of link checks are. Git would look the name up
again, and might be told another address then; so it is also told which to use.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings

from notes.links import addresses
from notes.links.policy import Policy
from notes.models import Remote
from notes.publishing import credentials
from notes.readme import remotes
from notes.readme.git import PublishError
from notes.readme.refusals import RefusedProtocolError, UnreachableError
from notes.readme.remotes import AddressError

PORTS = {"https": 443, "ssh": 22}


class FileRefusedError(PublishError):
    """This installation publishes to no folder of its own: give an https or ssh
    address, or have its operator set NEXUS_REMOTES_ALLOW_FILE.
    """


class OwnFolderError(PublishError):
    """Nexus keeps its own data in this folder: choose a repository elsewhere."""


class PrivateAddressError(PublishError):
    """The address leads into a private network; NEXUS_REMOTES_ALLOW_NETWORKS lets an
    operator allow that.
    """


def destination_of(remote: Remote) -> remotes.Remote:
    """The remote as git gets it, credentials included; looks its host up.

    Raises a PublishError with one sentence when this installation may not go there.
    """
    check(remote.url)
    is_file = protocol_of(remote.url) == "file"
    return remotes.Remote(
        remote.url,
        branch=remote.branch,
        path=remote.path,
        proposal=remote.proposal if remote.mode == Remote.Mode.PROPOSAL else "",
        has_markers=remote.mode == Remote.Mode.MARKERS,
        username=remote.username,
        password=credentials.decrypt(remote.token),
        ssh_key=credentials.decrypt(remote.ssh_key),
        known_hosts=remote.known_hosts,
        addresses=() if is_file else resolve(*host_and_port(remote.url)),
    )


def protocol_of(url: str) -> str:
    return remotes.Remote(url).protocol


def check(url: str) -> None:
    """Refuse what can be refused without asking a name server."""
    protocol = protocol_of(url)
    if protocol not in remotes.PROTOCOLS:
        raise RefusedProtocolError
    if protocol == "file":
        _check_file(url)
        return
    host, port = host_and_port(url)
    with suppress(ValueError):
        refuse_private(str(ipaddress.ip_address(host)), port)


def _check_file(url: str) -> None:
    if not settings.NEXUS_REMOTES_ALLOW_FILE:
        raise FileRefusedError
    path = Path(unquote(urlsplit(url).path) if "://" in url else url).resolve()
    # Whoever maintains one hub must not write into another's repository.
    if path.is_relative_to(Path(settings.NEXUS_REPOSITORIES).resolve()):
        raise OwnFolderError


def host_and_port(url: str) -> tuple[str, int]:
    """The host of an https or ssh address, also of `git@host:path`."""
    if found := re.match(r"[\w.-]+@([\w.-]+):", url):
        return found[1], PORTS["ssh"]
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise AddressError from error
    if not host:
        raise AddressError
    return host, port or PORTS[parts.scheme]


def resolve(host: str, port: int) -> tuple[str, ...]:
    """The addresses of a host, every one of which may be reached."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise UnreachableError from error
    answers = dict.fromkeys(str(info[4][0]) for info in found)
    for answer in answers:
        refuse_private(answer, port)
    return tuple(answers)


def refuse_private(address: str, port: int) -> None:
    networks = settings.NEXUS_REMOTES_ALLOW_NETWORKS
    policy = Policy(allow_networks=networks, ports=frozenset({port}))
    if addresses.refusal(address, port, policy):
        raise PrivateAddressError
