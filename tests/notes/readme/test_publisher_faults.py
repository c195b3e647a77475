"""The README's git repository under concurrency, killed processes and damage."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import pytest

from notes.errors import TransientError
from notes.readme import git, objects, publisher
from notes.readme.git import PublishError, RepositoryBusyError
from notes.readme.publisher import (
    head,
    history,
    read_readme,
    tidy,
)
from tests.notes.readme.repositories import ADA, NOON, commit, git_says


def test_nobody_overwrites_a_branch_that_moved_meanwhile(repository: Path) -> None:

    commit(repository, b"first\n")
    reference = objects.branch_reference("main")
    parent = head(repository)
    theirs = commit(repository, b"theirs\n")
    assert parent is not None
    header = publisher.Signature(ADA, "late", NOON).header()
    with (repository.parent / "stream").open("w+b") as stream:
        stream.write(objects.commit_command(reference, header, parent.commit))
        with pytest.raises(objects.BranchMovedError) as caught:
            objects.fast_import(repository, stream)
    assert not caught.value.permanent
    assert isinstance(caught.value, TransientError)
    assert head(repository) == theirs


def test_of_two_publishers_at_once_none_overwrites_the_other(repository: Path) -> None:
    def publish(worker: int) -> list[str]:
        done = []
        for n in range(6):
            content = b"%d wrote %d\n" % (worker, n)
            try:
                done.append(commit(repository, content).commit)
            except TransientError:
                time.sleep(0.01)
        return done

    with ThreadPoolExecutor(2) as pool:
        commits = [*chain.from_iterable(pool.map(publish, [1, 2]))]
    assert len(commits) >= 6
    assert sorted(e.commit for e in history(repository, limit=20)) == sorted(commits)
    assert git_says(repository, "rev-list", "--min-parents=2", "main") == ""


def test_a_fresh_lock_is_waited_for_and_an_old_one_is_removed(
    repository: Path,
) -> None:
    lock = repository / "refs" / "heads" / "main.lock"
    lock.touch()
    with pytest.raises(RepositoryBusyError) as caught:
        commit(repository, b"x")
    assert not caught.value.permanent
    past = time.time() - git.STALE_LOCK_SECONDS - 1
    os.utime(lock, (past, past))
    commit(repository, b"x")
    assert not lock.exists()


def test_a_publisher_killed_in_the_middle_commits_nothing(repository: Path) -> None:
    first = commit(repository, b"first\n")
    script = f"""
        import os, signal
        from datetime import UTC, datetime
        from pathlib import Path
        from notes.readme.publisher import Author, commit_readme

        def content():
            yield b"half of the read"
            os.kill(os.getpid(), signal.SIGKILL)

        commit_readme(Path({str(repository)!r}), content(), author=Author("a", "b"),
                      message="x", when=datetime.now(UTC))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert head(repository) == first
    commit(repository, b"second\n")
    assert read_readme(repository) == b"second\n"


def test_a_git_that_hangs_is_ended_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nsleep 60 & echo $! > {tmp_path}/child\nwait\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    with pytest.raises(git.GitTimeoutError):
        git.run(tmp_path, "gc", timeout_seconds=0.5)
    child = int((tmp_path / "child").read_text())
    assert is_gone(child)


def is_gone(process: int) -> bool:
    state = Path(f"/proc/{process}/stat")
    for _ in range(100):
        if not state.exists() or state.read_text().split()[2] == "Z":
            return True
        time.sleep(0.02)
    return False


def test_without_git_the_error_says_what_to_install(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(git.GitMissingError, match="install git") as caught:
        commit(repository, b"x")
    assert caught.value.permanent


def test_a_damaged_repository_fails_with_a_reason(repository: Path) -> None:
    commit(repository, b"x")
    reference = repository / "refs" / "heads" / "main"
    reference.write_text("f" * 40 + "\n")
    with pytest.raises(PublishError, match="git fsck") as caught:
        commit(repository, b"y")
    assert caught.value.permanent


def test_the_machines_git_configuration_has_no_say(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = repository / "hooks" / "reference-transaction"
    hook.parent.mkdir()
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    (tmp_path / ".gitconfig").write_text("[log]\n  date = relative\n[broken")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody else")
    commit(repository, b"x")
    assert history(repository, limit=1)[0].author == ADA


def test_tidying_packs_the_small_packs_and_loses_nothing(repository: Path) -> None:
    for n in range(publisher.PACKS_BEFORE_TIDYING):
        commit(repository, b"%d\n" % n)
    packs = repository / "objects" / "pack"
    tidy(repository)
    assert len(list(packs.glob("*.pack"))) == 1
    assert len(history(repository, limit=99)) == publisher.PACKS_BEFORE_TIDYING
    tidy(repository)


def test_a_large_readme_is_committed_in_little_memory(repository: Path) -> None:
    script = f"""
        import resource
        from datetime import UTC, datetime
        from pathlib import Path
        from notes.readme.publisher import Author, commit_readme

        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        line = b"- **note**: " + b"x" * 388 + b"\\n"
        commit_readme(Path({str(repository)!r}), (line for _ in range(100_000)),
                      author=Author("a", "b"), message="x", when=datetime.now(UTC))
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert int(done.stdout) < 12_000  # kilobytes, for 40 megabytes of README
    assert git_says(repository, "cat-file", "-s", "main:README.md") == "40100000"
