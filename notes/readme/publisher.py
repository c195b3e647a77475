"""Keeps a hub's README in its bare git repository: commit, read, history, diff."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from notes.readme import git
from notes.readme.objects import (
    SHORT_LENGTH,
    branch_reference,
    checked_path,
    commit_command,
    commit_name,
    fast_import,
    loose_commit,
    object_ids,
    read_object,
    write_blob,
)

README = "README.md"
BRANCH = "main"
DIFF_LIMIT_CHARACTERS = 1_000_000
PACKS_BEFORE_TIDYING = 50
TIDY_TIMEOUT_SECONDS = 300.0

_HISTORY_FORMAT = "%x00".join(
    ("%H", "%an", "%ae", "%aI", "%s", "%b", "%(trailers:key=Co-authored-by,valueonly)")
)
_HISTORY_FIELDS = _HISTORY_FORMAT.count("%x00") + 1


@dataclass(frozen=True)
class Author:
    """A person as git names them; what git cannot store is taken out."""

    name: str
    email: str

    def __post_init__(self) -> None:
        email = re.sub(r"[\x00-\x20<>\x7f]", "", self.email)
        name = " ".join(re.sub(r"[\x00-\x1f<>\x7f]", " ", self.name).split())
        object.__setattr__(self, "email", email)
        object.__setattr__(self, "name", name or email.partition("@")[0] or "unknown")

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"


COMMITTER = Author("Nexus", "nexus@localhost")


@dataclass(frozen=True)
class Revision:
    """One commit: 40 hexadecimal digits each, `parent` is None for the first.

    `blob`, the id of the README's bytes, is told of a commit that was just made.
    """

    commit: str
    parent: str | None
    blob: str = field(default="", compare=False)

    @property
    def short(self) -> str:
        return self.commit[:SHORT_LENGTH]


@dataclass(frozen=True)
class Tip:
    """A branch: its commit and the id of the README's bytes, None without one."""

    commit: str | None
    blob: str | None


@dataclass(frozen=True)
class HistoryEntry:
    commit: str
    author: Author
    date: datetime
    subject: str
    body: str
    co_authors: tuple[Author, ...] = ()


@dataclass(frozen=True)
class Signature:
    """Who says what, and when: all of a commit but its files."""

    author: Author
    message: str
    when: datetime
    co_authors: Sequence[Author] = ()

    def __post_init__(self) -> None:
        if self.when.utcoffset() is None:
            raise ValueError("A commit's moment needs a time zone.")

    def header(self) -> bytes:
        moment = f"{int(self.when.timestamp())} {self.when:%z}"
        text = self.text().encode(errors="replace")
        lines = f"author {self.author} {moment}\ncommitter {COMMITTER} {moment}\n"
        return lines.encode(errors="replace") + b"data %d\n%s\n" % (len(text), text)

    def text(self) -> str:
        others = dict.fromkeys(a for a in self.co_authors if a != self.author)
        trailers = "\n".join(f"Co-authored-by: {author}" for author in others)
        message = self.message.replace("\0", "").strip() or "Update the README"
        return f"{message}\n\n{trailers}".strip() + "\n"


def ensure_repository(path: Path) -> None:
    """Makes the bare repository where there is none; two may try at the same time."""
    if (path / "HEAD").is_file():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        git.output(fresh, "init", "--quiet", "--bare", "-b", BRANCH, "--template=")
        fresh.rename(path)  # whole or not at all
    except OSError as error:
        if not (path / "HEAD").is_file():
            raise git.NotARepositoryError from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def commit_readme(
    repository: Path,
    content: bytes | Iterable[bytes],
    *,
    author: Author,
    co_authors: Sequence[Author] = (),
    message: str,
    path: str = README,
    branch: str = BRANCH,
    when: datetime,
    expected: Tip | None = None,
) -> Revision | None:
    """Commits the bytes on top of the branch; None when it has exactly these bytes.

    Other files stay as they are. The memory needed is that of one chunk. With
    ``expected``, the tip that the bytes were made from, raises BranchMovedError when
    the branch has another by now.
    """
    reference, name = branch_reference(branch), checked_path(path)
    ensure_repository(repository)
    on = expected or tip(repository, path=path, branch=branch)
    signature = Signature(author, message, when, co_authors)
    with tempfile.TemporaryFile() as stream:
        blob = write_blob(stream, content)
        if on.blob == blob:
            return None
        stream.write(commit_command(reference, signature.header(), on.commit))
        stream.write(f"M 100644 :1 {name}\n".encode())
        return Revision(fast_import(repository, stream), on.commit, blob)


def tip(
    repository: Path,
    *,
    path: str = README,
    branch: str = BRANCH,
    remembered: Tip | None = None,
) -> Tip:
    """The branch as it is now; a look at one file where it is the one remembered."""
    reference, name = branch_reference(branch), checked_path(path)
    if remembered and remembered.commit == loose_commit(repository, reference):
        return remembered
    return Tip(*object_ids(repository, reference, f"{reference}:{name}"))


def read_readme(
    repository: Path, *, revision: str = BRANCH, path: str = README
) -> bytes | None:
    """The file's bytes at a branch or commit; None where it is missing."""
    name = f"{commit_name(revision)}:{checked_path(path)}"
    return read_object(repository, name)


def paths(repository: Path, revision: str = BRANCH) -> frozenset[str]:
    """Every file and folder of a branch or commit; none where that is not here."""
    name = commit_name(revision)
    if object_ids(repository, name) == [None]:
        return frozenset()
    listed = git.output(repository, "ls-tree", "-r", "-t", "-z", "--name-only", name)
    return frozenset(listed.decode(errors="replace").split("\0")[:-1])


def head(repository: Path, *, branch: str = BRANCH) -> Revision | None:
    """The newest revision of the branch; None while nothing is committed."""
    reference = branch_reference(branch)
    names = (reference, f"{reference}^1")
    commit, parent = object_ids(repository, *names)
    return Revision(commit, parent) if commit else None


def history(
    repository: Path,
    *,
    limit: int,
    after: str | None = None,
    path: str = README,
    branch: str = BRANCH,
) -> list[HistoryEntry]:
    """The revisions that changed the file, newest first, older than `after`."""
    start = commit_name(after or branch)
    if not any(object_ids(repository, start)):
        return []
    window = (f"--max-count={limit}", f"--skip={1 if after else 0}", start)
    options = ("-z", f"--format={_HISTORY_FORMAT}", *window)
    values = git.output(repository, "log", *options, "--", checked_path(path))
    fields = values.decode(errors="replace").split("\0")[:-1]
    starts = range(0, len(fields), _HISTORY_FIELDS)
    return [_entry(fields[n : n + _HISTORY_FIELDS]) for n in starts]


def diff(repository: Path, revision: str, *, path: str = README) -> str:
    """What a revision changed in the file, as a unified diff."""
    options = ("--format=", "--no-color", "--no-ext-diff", "--diff-merges=first-parent")
    name = commit_name(revision)
    text = git.output(repository, "show", *options, name, "--", checked_path(path))
    return text.decode(errors="replace")[:DIFF_LIMIT_CHARACTERS]


def difference(repository: Path, old: str, new: str, *, path: str = README) -> str:
    """What lies between two revisions of the file, as a unified diff."""
    names = (commit_name(old), commit_name(new))
    options = ("--no-color", "--no-ext-diff", *names)
    text = git.output(repository, "diff", *options, "--", checked_path(path))
    return text.decode(errors="replace")[:DIFF_LIMIT_CHARACTERS]


def find_revision(
    repository: Path, commit: str, *, path: str = README, branch: str = BRANCH
) -> HistoryEntry | None:
    """The revision of this full commit id; None unless it is one of the branch's."""
    if not re.fullmatch("[0-9a-f]{40}", commit) or None in object_ids(
        repository, commit
    ):
        return None
    reference = branch_reference(branch)
    done = git.run(repository, "merge-base", "--is-ancestor", commit, reference)
    found = history(repository, limit=1, path=path, branch=commit)
    is_ours = done.returncode == 0 and found and found[0].commit == commit
    return found[0] if is_ours else None


def tidy(repository: Path) -> None:
    """Packs the repository when it holds many small packs; for a quiet moment."""
    packs = list((repository / "objects" / "pack").glob("*.pack"))
    if len(packs) < PACKS_BEFORE_TIDYING:
        return
    done = git.run(repository, "gc", "--quiet", timeout_seconds=TIDY_TIMEOUT_SECONDS)
    if done.returncode:
        raise git.failure(done)


def _entry(fields: Sequence[str]) -> HistoryEntry:
    commit, name, email, date, subject, body, others = fields
    people = re.findall(r"^(.*) <(.*)>$", others, re.MULTILINE)
    return HistoryEntry(
        commit=commit,
        author=Author(name, email),
        date=datetime.fromisoformat(date),
        subject=subject,
        body=re.sub(r"^Co-authored-by: .*$", "", body, flags=re.MULTILINE).strip(),
        co_authors=tuple(Author(*person) for person in people),
    )
