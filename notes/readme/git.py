"""Runs the git program in an environment of our own, within limits of time."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from notes.errors import NexusError, TransientError

LOCAL_TIMEOUT_SECONDS = 30.0
# Git holds a lock for milliseconds and every call of ours ends within its timeout,
# so a lock this old belongs to a process that was killed.
STALE_LOCK_SECONDS = 120.0

# No hook, no credential helper and no alias of the machine may change what we do.
SETTINGS: Mapping[str, str] = {
    "core.fsync": "committed,reference",  # a commit that was told of survives a crash
    "core.hooksPath": os.devnull,
    "credential.helper": "",
    "fastimport.unpackLimit": "1",  # keep its small pack: unpacking is another process
    "gc.auto": "0",  # `publisher.tidy` does it when nobody waits
    "protocol.allow": "never",  # every call names the protocols that it needs
}
# By git's name for it. Where git is built with GnuTLS, as on Debian, it does not know
# the names by which everybody else finds an installation's own authorities.
KEPT_VARIABLES = {
    "PATH": "PATH",
    "TMPDIR": "TMPDIR",
    "GIT_SSL_CAINFO": "SSL_CERT_FILE",
    "GIT_SSL_CAPATH": "SSL_CERT_DIR",
}


class PublishError(NexusError):
    """The README could not be published: see the job's error and run it again."""

    permanent = True


class TransientPublishError(PublishError, TransientError):
    """The README could not be published just now; the job tries again by itself."""

    permanent = False


class GitMissingError(PublishError):
    """The git program was not found: install git 2.31 or newer on the workers."""


class GitTimeoutError(TransientPublishError):
    """Git did not answer in time; the job tries again by itself."""


class RepositoryBusyError(TransientPublishError):
    """Another process holds the hub's git repository; the job tries again by itself."""


class NotARepositoryError(PublishError):
    """The hub's folder is not a git repository: move it away and rebuild the README."""


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """A complete environment: nothing of the caller's git setup leaks in."""
    # GIT_CONFIG_* rather than `-c`: a value on a command line shows in `ps`.
    pairs = {**SETTINGS, **settings}
    numbered = {f"GIT_CONFIG_KEY_{n}": key for n, key in enumerate(pairs)}
    numbered |= {f"GIT_CONFIG_VALUE_{n}": pairs[key] for n, key in enumerate(pairs)}
    return {
        **{
            name: os.environ[ours]
            for name, ours in KEPT_VARIABLES.items()
            if ours in os.environ
        },
        **numbered,
        "GIT_CONFIG_COUNT": str(len(pairs)),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "HOME": os.devnull,  # curl would read ~/.netrc
        "LC_ALL": "C",
    }


def run(
    repository: Path,
    *arguments: str,
    stdin: bytes | IO[bytes] = b"",
    settings: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
    timeout_seconds: float = LOCAL_TIMEOUT_SECONDS,
) -> subprocess.CompletedProcess[bytes]:
    """Runs one git command; its exit status is the caller's to judge."""
    command = ["git", f"--git-dir={repository}", *arguments]
    surroundings = environment(settings or {}) | dict(variables or {})
    done = _run_once(command, stdin, surroundings, timeout_seconds)
    if done.returncode and b".lock': File exists" in done.stderr:
        if not remove_stale_locks(repository):
            raise RepositoryBusyError
        done = _run_once(command, stdin, surroundings, timeout_seconds)
    return done


def output(repository: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """What a local git command prints; anything but success is a PublishError."""
    done = run(repository, *arguments, stdin=stdin)
    if done.returncode:
        raise failure(done)
    return done.stdout


def failure(done: subprocess.CompletedProcess[bytes]) -> PublishError:
    """The error for a local git command that failed."""
    stderr = done.stderr.decode(errors="replace")
    if "not a git repository" in stderr:
        return NotARepositoryError()
    lines = re.findall(r"^(?:fatal|error): (.+)$", stderr, re.MULTILINE)
    reason = lines[-1] if lines else f"exit status {done.returncode}"
    return PublishError(
        f"Git failed in the hub's repository ({reason}): run `git fsck` there."
    )


def remove_stale_locks(repository: Path) -> bool:
    """Removes the locks that killed git processes left; says whether there were any."""
    oldest = time.time() - STALE_LOCK_SECONDS
    stale = [lock for lock in _locks(repository) if _changed_at(lock) < oldest]
    for lock in stale:
        lock.unlink(missing_ok=True)
    return bool(stale)


def _locks(repository: Path) -> list[Path]:
    return [*repository.glob("*.lock"), *(repository / "refs").rglob("*.lock")]


def _changed_at(lock: Path) -> float:
    try:
        return lock.stat().st_mtime
    except FileNotFoundError:  # its owner was just done
        return time.time()


def _run_once(
    command: list[str],
    stdin: bytes | IO[bytes],
    surroundings: Mapping[str, str],
    timeout_seconds: float,
) -> subprocess.CompletedProcess[bytes]:
    data = stdin if isinstance(stdin, bytes) else None
    if not isinstance(stdin, bytes):
        stdin.seek(0)
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE if isinstance(stdin, bytes) else stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=surroundings,
            start_new_session=True,  # no terminal to ask, one group to end
        )
    except FileNotFoundError as error:
        raise GitMissingError from error
    with process:
        try:
            out, err = process.communicate(data, timeout_seconds)
        except subprocess.TimeoutExpired as error:
            raise GitTimeoutError from error
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    return subprocess.CompletedProcess(command, process.returncode, out, err)
