"""Publishes a hub's README to a remote repository, never over another hand's edit."""

from __future__ import annotations

import fcntl
import hashlib
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from notes.readme import git, markers
from notes.readme.git import PublishError, RepositoryBusyError
from notes.readme.objects import (
    blob_id,
    branch_reference,
    checked_path,
    commit_command,
    commit_name,
    fast_import,
    object_ids,
    read_object,
    write_blob,
)
from notes.readme.publisher import (
    BRANCH,
    README,
    HistoryEntry,
    Signature,
    ensure_repository,
    head,
    history,
    read_readme,
)
from notes.readme.refusals import RemoteMovedError
from notes.readme.remotes import PROTOCOLS, Access, Remote, access

ATTEMPTS = 4
CREDITED_REVISIONS = 50
PUSH_LOCK = "nexus-push"


class NothingToPublishError(PublishError):
    """The hub has no README yet: import one or submit a note, then publish."""


class BranchMissingError(PublishError):
    """The remote has no such branch to build on: correct the branch's name."""


@dataclass(frozen=True)
class Pushed:
    """What the remote's branch points to now."""

    commit: str
    branch: str


@dataclass(frozen=True)
class HandEdit:
    """The remote's README was changed by another hand, so nothing was pushed.

    `ours` is what we last published there (None: nothing yet), `theirs` what is there
    now (None: they removed it); with markers both are our part alone. `last` is the
    newest commit that touched the file. Once a person has settled the difference,
    push again with `resolved` set to `commit`.
    """

    commit: str
    ours: bytes | None
    theirs: bytes | None
    last: HistoryEntry | None


@dataclass(frozen=True)
class _Target:
    """The state of the remote: what to build on and what its branch must still be."""

    parent: str | None
    expected: str | None
    seen: tuple[str, ...]


def push_readme(
    repository: Path,
    *,
    remote: Remote,
    resolved: str | None = None,
    protocols: Collection[str] = PROTOCOLS,
) -> Pushed | HandEdit | None:
    """Brings the newest README of the local branch to the remote; None if it is there.

    The commit goes on top of whatever the remote's branch holds; other files stay.
    """
    ensure_repository(repository)
    with _alone(repository), access(remote, repository, protocols) as link:
        push = _Push(link, resolved)
        for _ in range(ATTEMPTS - 1):
            with suppress(RemoteMovedError):
                return push.attempt()
        return push.attempt()


@contextmanager
def _alone(repository: Path) -> Iterator[None]:
    """Two pushes of one hub would take each other's commits for a stranger's."""
    with (repository / PUSH_LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RepositoryBusyError from error
        yield


class _Push:
    def __init__(self, link: Access, resolved: str | None) -> None:
        self.link, self.remote = link, link.remote
        self.resolved = commit_name(resolved) if resolved else None
        self.repository = link.repository
        self.path = checked_path(self.remote.path)
        place = (
            self.remote.url,
            self.remote.branch,
            self.remote.proposal,
            self.path,
            str(self.remote.has_markers),
        )
        key = hashlib.sha256("\0".join(place).encode()).hexdigest()[:16]
        # What we know of the remote lives beside the commits it speaks of.
        self.notes = f"refs/nexus/{key}"
        self.branch = self.remote.proposal or self.remote.branch

    def attempt(self) -> Pushed | HandEdit | None:
        local, readme = head(self.repository), read_readme(self.repository)
        if local is None or readme is None:
            raise NothingToPublishError
        target = self.target()
        wanted = markers.closed(readme) if self.remote.has_markers else readme
        for commit in target.seen:
            if not self.is_ours(commit, wanted):
                return self.hand_edit(commit)
        if target.parent and self.part(target.parent) == wanted:
            if not self.remote.proposal:
                self.note(published=target.parent, sent=local.commit)
            return None
        commit = self.candidate(target, local.commit, readme)
        self.push(commit, target.expected)
        self.note(published=commit, sent=local.commit)
        return Pushed(commit, self.branch)

    def target(self) -> _Target:
        base, proposed = self.fetch()
        if not self.remote.proposal:
            return _Target(base, base, (base,) if base else ())
        if base is None:
            raise BranchMissingError
        if proposed is None or self.starts_afresh(base, proposed):
            return _Target(base, proposed, (base,))
        return _Target(proposed, proposed, (base, proposed))

    def fetch(self) -> tuple[str | None, str | None]:
        """The heads of the remote's branch and of the proposal, with their objects."""
        base = branch_reference(self.remote.branch)
        proposal = branch_reference(self.remote.proposal or self.remote.branch)
        lines = self.link.run("ls-remote", "--heads", self.remote.url).decode()
        heads = {name: commit for commit, name in map(str.split, lines.splitlines())}
        if heads and base not in heads:
            raise BranchMissingError
        if missing := [
            n for n in {base, proposal} & heads.keys() if self.lacks(heads[n])
        ]:
            changes = [f"+{name}:{self.notes}/{name}" for name in missing]
            options = ("--quiet", "--no-tags", "--no-write-fetch-head")
            self.link.run("fetch", *options, self.remote.url, *changes)
            if any(self.lacks(heads[name]) for name in missing):
                raise RemoteMovedError  # rewritten between the two calls
        return heads.get(base), heads.get(proposal)

    def lacks(self, commit: str) -> bool:
        return object_ids(self.repository, commit) == [None]

    def starts_afresh(self, base: str, proposed: str) -> bool:
        """Whether the proposal was merged, or no longer fits what it is to go into."""
        if self.is_ancestor(proposed, base):
            return True
        if proposed != self.known("published"):
            return False  # another hand has added to it
        now = self.part(base)
        return now == self.part(proposed) or now != self.part(self.fork(base, proposed))

    def is_ours(self, commit: str, wanted: bytes) -> bool:
        """Whether overwriting the README of this commit loses nobody's words."""
        part = self.part(commit)
        published = self.known("published")
        settled = [published, self.known("pushing"), self.resolved]
        if published and self.remote.proposal:
            settled.append(self.fork(published, commit))
        if part == wanted or any(self.had(known, part) for known in settled if known):
            return True
        if published:
            return False
        return not (part or b"").strip() or self.is_past(part or b"")

    def had(self, commit: str, part: bytes | None) -> bool:
        try:
            return self.part(commit) == part
        except markers.MarkersMissingError:  # they were put in later
            return False

    def is_past(self, part: bytes) -> bool:
        """Whether the local branch ever held exactly this README."""
        options = ("--objects", "--no-object-names", branch_reference(BRANCH))
        names = git.output(self.repository, "rev-list", *options, "--", README)
        variants = {part, part.removesuffix(b"\n")}
        return not {blob_id(variant) for variant in variants}.isdisjoint(
            names.decode().split()
        )

    def hand_edit(self, commit: str) -> HandEdit:
        published = self.known("published")
        touched = history(self.repository, limit=1, path=self.path, branch=commit)
        return HandEdit(
            commit=commit,
            ours=self.part(published) if published else None,
            theirs=self.part(commit),
            last=touched[0] if touched else None,
        )

    def candidate(self, target: _Target, local: str, readme: bytes) -> str:
        """The commit to push: the local one where it fits, else one made for it."""
        is_whole = not self.remote.has_markers and self.path == README
        parent = target.parent
        if is_whole and (parent is None or self.is_ancestor(parent, local)):
            self.note(pushing=local)
            return local
        content = readme
        if self.remote.has_markers:
            content = markers.replace_region(self.text(parent), readme)
        reference = f"{self.notes}/pushing"
        with tempfile.TemporaryFile() as stream:
            write_blob(stream, content)
            stream.write(commit_command(reference, self.signature().header(), parent))
            stream.write(f"M 100644 :1 {self.path}\n".encode())
            return fast_import(self.repository, stream, "--force")

    def signature(self) -> Signature:
        """Credits everybody whose local revisions have not been pushed yet."""
        sent = self.known("sent")
        revisions = history(self.repository, limit=CREDITED_REVISIONS)
        newest = revisions[0]
        waiting = [*takewhile(lambda r: r.commit != sent, revisions)] or [newest]
        message = f"{newest.subject}\n\n{newest.body}"
        if len(waiting) > 1:
            subjects = "\n".join(f"- {revision.subject}" for revision in waiting)
            message = f"Update {self.path}\n\n{subjects}"
        others = [a for r in waiting for a in (r.author, *r.co_authors)]
        return Signature(newest.author, message, newest.date, others)

    def push(self, commit: str, expected: str | None) -> None:
        reference = branch_reference(self.branch)
        # The remote takes the commit only while its branch is where we saw it.
        lease = f"--force-with-lease={reference}:{expected or ''}"
        change = f"{commit}:{reference}"
        self.link.run("push", "--porcelain", lease, self.remote.url, change)

    def note(self, **commits: str) -> None:
        lines = [f"update {self.notes}/{name} {commits[name]}\n" for name in commits]
        git.output(
            self.repository, "update-ref", "--stdin", stdin="".join(lines).encode()
        )

    def known(self, name: str) -> str | None:
        return object_ids(self.repository, f"{self.notes}/{name}")[0]

    def text(self, commit: str | None) -> bytes:
        return read_object(self.repository, f"{commit}:{self.path}") or b""

    def part(self, commit: str | None) -> bytes | None:
        """Our part of the README at a commit; None where there is no README."""
        if commit is None:
            return None
        text = read_object(self.repository, f"{commit}:{self.path}")
        if text is None or not self.remote.has_markers:
            return text
        return markers.region(text)

    def is_ancestor(self, older: str, newer: str) -> bool:
        return self.fork(older, newer) == older

    def fork(self, one: str, other: str) -> str | None:
        """The newest commit that both have in common."""
        done = git.run(self.repository, "merge-base", one, other)
        if done.returncode > 1:
            raise git.failure(done)
        return done.stdout.decode().strip() or None
