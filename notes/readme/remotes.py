"""Where a hub's README is published: the address, the access to it, its refusals."""

from __future__ import annotations

import base64
import os
import re
import shlex
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from notes.readme import git
from notes.readme.git import PublishError
from notes.readme.publisher import BRANCH, README
from notes.readme.refusals import RefusedProtocolError, refusal

PROTOCOLS = frozenset({"https", "ssh", "file"})
NETWORK_TIMEOUT_SECONDS = 60.0
CONNECT_TIMEOUT_SECONDS = 10
KNOWN_HOSTS = "known_hosts"
PORTS = {"http": 80, "https": 443}
SSH_PORT = 22
HEADER = "http.extraHeader"


class AddressError(PublishError):
    """This is no address of a git repository: give one like https://host/name.git."""


class PasswordInAddressError(PublishError):
    """The address holds a password: take it out and enter it as the token instead."""


@dataclass(frozen=True)
class Remote:
    """A repository elsewhere, and which part of it is ours.

    With `proposal` the README goes to a branch of that name, for a pull request, and
    `branch` is where it is to be merged. With `has_markers` only the lines between
    the comments of `notes.readme.markers` are ours. With `addresses` git reaches the
    host at these and asks no name server, which might answer something else by then.
    """

    url: str
    branch: str = BRANCH
    path: str = README
    proposal: str = ""
    has_markers: bool = False
    username: str = ""
    password: str = field(default="", repr=False)
    ssh_key: str = field(default="", repr=False)
    known_hosts: str = ""
    addresses: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.protocol != "ssh" and "@" in urlsplit(self.url).netloc:
            raise PasswordInAddressError
        if self.protocol == "ssh" and urlsplit(self.url).password:
            raise PasswordInAddressError

    @property
    def protocol(self) -> str:
        """`https`, `ssh`, `file`...; also for `git@host:path` and `/path`."""
        if not self.url.isprintable() or self.url.startswith("-") or "::" in self.url:
            raise AddressError
        if found := re.match(r"([a-z]+)://[^-]", self.url):
            return found[1]
        if self.url.startswith("/"):
            return "file"
        if re.match(r"[\w.-]+@\w[\w.-]*:[^/-]", self.url):
            return "ssh"
        raise AddressError


@dataclass(frozen=True)
class Access:
    """Git commands against one remote, with all they need to get in."""

    remote: Remote
    repository: Path
    settings: Mapping[str, str] = field(repr=False)
    variables: Mapping[str, str] = field(repr=False)

    def run(self, *arguments: str) -> bytes:
        """What the command prints; a refusal is raised as its PublishError."""
        done = git.run(
            self.repository,
            *arguments,
            settings=self.settings,
            variables=self.variables,
            timeout_seconds=NETWORK_TIMEOUT_SECONDS,
        )
        if done.returncode:
            text = (done.stdout + b"\n" + done.stderr).decode(errors="replace")
            raise refusal(self._without_secrets(text))
        return done.stdout

    def _without_secrets(self, text: str) -> str:
        """What a server said, which may be what it was sent."""
        header = self.settings.get(HEADER, "").rpartition(" ")[2]
        for secret in filter(None, (self.remote.password, header)):
            text = text.replace(secret, "***")
        return text


@contextmanager
def access(
    remote: Remote, repository: Path, protocols: Collection[str] = PROTOCOLS
) -> Iterator[Access]:
    """Opens the remote to git; secrets pass in the environment or a private file."""
    if remote.protocol not in protocols:
        raise RefusedProtocolError
    settings = {
        f"protocol.{remote.protocol}.allow": "always",
        # A redirect could carry the token to another host.
        "http.followRedirects": "false",
        "http.lowSpeedLimit": "100",
        "http.lowSpeedTime": str(CONNECT_TIMEOUT_SECONDS * 2),
        **_authorization(remote),
        **_pinned(remote),
    }
    with tempfile.TemporaryDirectory(prefix="nexus-ssh-") as private:
        variables = _ssh(remote, repository, Path(private))
        yield Access(remote, repository, settings, variables)


def _authorization(remote: Remote) -> dict[str, str]:
    if not remote.password or remote.protocol not in {"http", "https"}:
        return {}
    pair = f"{remote.username or 'git'}:{remote.password}".encode()
    value = base64.b64encode(pair).decode()
    return {HEADER: f"Authorization: Basic {value}"}


def _pinned(remote: Remote) -> dict[str, str]:
    """Understood by git 2.37 and newer; older ones look the name up for themselves."""
    if not remote.addresses or remote.protocol not in PORTS:
        return {}
    parts = urlsplit(remote.url)
    found = ",".join(f"[{a}]" if ":" in a else a for a in remote.addresses)
    where = f"{parts.hostname}:{parts.port or PORTS[remote.protocol]}"
    return {"http.curloptResolve": f"{where}:{found}"}


def _ssh(remote: Remote, repository: Path, private: Path) -> dict[str, str]:
    if remote.protocol != "ssh":
        return {}
    known = repository / KNOWN_HOSTS
    if remote.known_hosts:
        known = _private_file(private / KNOWN_HOSTS, remote.known_hosts)
    key = _private_file(private / "key", remote.ssh_key)
    options = {
        "BatchMode": "yes",
        "ConnectTimeout": CONNECT_TIMEOUT_SECONDS,
        "IdentitiesOnly": "yes",
        "IdentityAgent": "none",
        "StrictHostKeyChecking": "yes" if remote.known_hosts else "accept-new",
        "UserKnownHostsFile": f'"{known}"',
        **_pinned_ssh(remote),
    }
    flags = [part for name in options for part in ("-o", f"{name}={options[name]}")]
    command = shlex.join(["ssh", "-F", os.devnull, "-i", str(key), *flags])
    return {"GIT_SSH_COMMAND": command, "GIT_SSH_VARIANT": "ssh"}


def _pinned_ssh(remote: Remote) -> dict[str, str]:
    """One address, and the name under which the host's key is known all the same."""
    if not remote.addresses:
        return {}
    if "://" not in remote.url:
        host, port = remote.url.partition(":")[0].rpartition("@")[2], None
    else:
        parts = urlsplit(remote.url)
        host, port = parts.hostname or "", parts.port
    alias = f"[{host}]:{port}" if port and port != SSH_PORT else host
    return {"HostName": remote.addresses[0], "HostKeyAlias": alias}


def _private_file(path: Path, text: str) -> Path:
    path.touch(mode=0o600)
    path.write_text(text.strip() + "\n")
    return path
