"""The lifeline ends what a killed supervisor could not end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from nexus import lifeline

STUBBORN = "trap '' TERM; echo up; while :; do sleep 0.1; done"


@pytest.fixture
def line() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, lifeline.__file__],
        stdin=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        yield process


def child(script: str = "echo up; sleep 60") -> subprocess.Popen[str]:
    """A child in a group of its own that is up and running."""
    process = subprocess.Popen(
        ["sh", "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


def tell(line: subprocess.Popen[str], *messages: str) -> None:
    assert line.stdin is not None
    line.stdin.write("".join(f"{message}\n" for message in messages))
    line.stdin.flush()


def let_go(line: subprocess.Popen[str]) -> None:
    """What the supervisor's death does: the pipe is closed."""
    assert line.stdin is not None
    line.stdin.close()


def end(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def test_every_group_that_it_watches_ends_with_the_supervisor(
    line: subprocess.Popen[str],
) -> None:
    children = [child(), child()]
    tell(line, *(f"+{process.pid}" for process in children))
    let_go(line)
    assert [process.wait(timeout=5) for process in children] == [-15, -15]
    for process in children:
        process.communicate()


def test_a_group_that_has_ended_before_is_left_alone(
    line: subprocess.Popen[str],
) -> None:
    kept = child()
    tell(line, f"+{kept.pid}", f"-{kept.pid}")
    let_go(line)
    line.wait(timeout=5)
    assert kept.poll() is None
    end(kept)


def test_nothing_happens_while_the_supervisor_lives(
    line: subprocess.Popen[str],
) -> None:
    watched = child()
    tell(line, f"+{watched.pid}")
    time.sleep(0.3)
    assert watched.poll() is None
    assert line.poll() is None
    let_go(line)
    end(watched)


def test_a_signal_to_the_whole_terminal_does_not_end_it(
    line: subprocess.Popen[str],
) -> None:
    watched = child()
    tell(line, f"+{watched.pid}")
    time.sleep(0.2)  # until it ignores signals
    for number in (1, 2, 15):
        line.send_signal(number)
    time.sleep(0.2)
    assert line.poll() is None
    let_go(line)
    end(watched)


def test_a_group_that_ignores_the_request_is_killed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lifeline, "GRACE_SECONDS", 0.3)
    stubborn = child(STUBBORN)
    lifeline.end([stubborn.pid])
    assert stubborn.wait(timeout=5) == -9
    stubborn.communicate()
