"""Names, objects and single commits of a git repository, below any README."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from notes.readme import git
from notes.readme.git import PublishError, TransientPublishError

SHORT_LENGTH = 7

_LENGTH_DIGITS = 16


class BranchMovedError(TransientPublishError):
    """Somebody else committed at the same moment; the job tries again by itself."""


def object_ids(repository: Path, *names: str) -> list[str | None]:
    """The ids behind the names, None for each that does not exist."""
    if not repository.exists():
        return [None] * len(names)
    request = "".join(f"{name}\n" for name in names).encode()
    answer = git.output(repository, "cat-file", "--batch-check", stdin=request)
    lines = answer.decode(errors="replace").splitlines()
    return [None if line.endswith(" missing") else line.split()[0] for line in lines]


def loose_commit(repository: Path, reference: str) -> str | None:
    """The commit in a reference's own file; None while git keeps it elsewhere.

    See https://git-scm.com/docs/gitrepository-layout; packing references, as `git gc`
    does, removes the file until the next commit.
    """
    try:
        return (repository / reference).read_text().strip()
    except FileNotFoundError:
        return None


def read_object(repository: Path, name: str) -> bytes | None:
    """The bytes of the file that a name like `main:README.md` stands for."""
    if not repository.exists():
        return None
    answer = git.output(repository, "cat-file", "--batch", stdin=f"{name}\n".encode())
    header, _, content = answer.partition(b"\n")
    return content[:-1] if header.split()[1:2] == [b"blob"] else None


def branch_reference(branch: str) -> str:
    """The full name of a branch; refuses what git would not take as one."""
    parts = branch.split("/")
    is_plain = all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.+#-]*", p) for p in parts)
    if not is_plain or ".." in branch or any(p.endswith((".", ".lock")) for p in parts):
        raise PublishError(f"“{branch}” is no name for a git branch: choose another.")
    return f"refs/heads/{branch}"


def commit_name(revision: str) -> str:
    """A commit id as it is, anything else as a branch; never an option of git."""
    if re.fullmatch(rf"[0-9a-f]{{{SHORT_LENGTH},40}}", revision):
        return revision
    return branch_reference(revision)


def checked_path(path: str) -> str:
    """The path of a file within the repository, if it is one."""
    parts = path.split("/")
    is_odd = any(part in {"", ".", ".."} or part.lower() == ".git" for part in parts)
    if is_odd or not path.isprintable() or path.startswith(('"', "-", ":")):
        raise PublishError(f"“{path}” is no path within a repository: choose another.")
    return path


def blob_id(content: bytes) -> str:
    """The id that git knows these bytes by."""
    header = b"blob %d\0" % len(content)
    return hashlib.sha1(header + content, usedforsecurity=False).hexdigest()


def write_blob(stream: IO[bytes], content: bytes | Iterable[bytes]) -> str:
    """Writes fast-import's `blob` command and gives the id that git will know it by."""
    opening = b"blob\nmark :1\ndata "
    stream.write(opening + b"0" * _LENGTH_DIGITS + b"\n")
    begin = stream.tell()
    for chunk in [content] if isinstance(content, bytes) else content:
        stream.write(chunk)
    length = stream.tell() - begin
    stream.write(b"\n")
    stream.seek(len(opening))  # the length comes first but is known last
    stream.write(b"%0*d\n" % (_LENGTH_DIGITS, length))
    digest = hashlib.sha1(b"blob %d\0" % length, usedforsecurity=False)
    while length and (chunk := stream.read(min(length, 1 << 20))):
        digest.update(chunk)
        length -= len(chunk)
    stream.seek(0, 2)
    return digest.hexdigest()


def commit_command(reference: str, header: bytes, parent: str | None) -> bytes:
    """The opening of a `git fast-import` commit; lines that change files follow it."""
    origin = f"from {parent}\n" if parent else ""
    return f"commit {reference}\nmark :2\n".encode() + header + origin.encode()


def fast_import(repository: Path, stream: IO[bytes], *options: str) -> str:
    """Feeds one commit to git and gives its id; refuses a branch that has moved."""
    stream.write(b"\nget-mark :2\ndone\n")
    stream.flush()
    arguments = ("--quiet", "--done", "--date-format=raw", *options)
    done = git.run(repository, "fast-import", *arguments, stdin=stream)
    if re.search(rb"Not updating|but expected|reference already exists", done.stderr):
        raise BranchMovedError
    if done.returncode:
        raise git.failure(done)
    return done.stdout.decode().strip()
