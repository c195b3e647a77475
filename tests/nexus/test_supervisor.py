"""The supervisor on small real programs."""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import psutil
import pytest

from nexus import supervisor
from nexus.supervisor import Log, Program, Supervisor

STUBBORN = "trap '' TERM; echo up; while :; do sleep 0.05; done"


def shell(name: str, script: str, **options: bool) -> Program:
    return Program(name, ["sh", "-c", script], **options)  # type: ignore[arg-type]


@dataclass
class Course:
    """A run of the supervisor that stops when ``until`` holds."""

    programs: list[Program]
    lifeline: io.BytesIO = field(default_factory=io.BytesIO)
    output: io.StringIO = field(default_factory=io.StringIO)

    def run(self, until: Callable[[str], bool], seconds: float = 10) -> str:
        keeper = Supervisor(self.programs, lifeline=self.lifeline)
        keeper.log.stream = self.output
        deadline = time.monotonic() + seconds

        def look() -> None:
            if until(self.output.getvalue()) or time.monotonic() > deadline:
                keeper.stop()

        keeper.run(look)
        assert until(self.output.getvalue()), self.output.getvalue()
        return self.output.getvalue()


def test_each_line_carries_the_name_of_its_process() -> None:
    log = Course([shell("a", "echo one; sleep 9"), shell("long", "echo two; sleep 9")])
    said = log.run(lambda text: "one" in text and "two" in text)
    assert "a     | one\n" in said
    assert "long  | two\n" in said


def test_what_a_program_says_on_standard_error_is_told_too() -> None:
    course = Course([shell("a", "echo wrong >&2; sleep 9")])
    assert "a     | wrong\n" in course.run(lambda text: "wrong" in text)


def test_bytes_that_are_no_text_do_no_harm() -> None:
    course = Course([shell("a", r"printf '\377\n'; echo after; sleep 9")])
    assert "\ufffd" in course.run(lambda text: "after" in text)


def test_a_program_that_dies_is_started_again_after_growing_pauses() -> None:
    course = Course([shell("a", "echo up; exit 3")])
    said = course.run(lambda text: "again in 2 s" in text)
    assert said.count("| up") == 3
    pauses = [line for line in said.splitlines() if "starting it again" in line]
    assert pauses == [
        f"nexus | a ended with code 3; starting it again in {pause} s"
        for pause in ("0.5", "1", "2")
    ]


def test_a_program_that_was_killed_is_told_by_the_signals_name() -> None:
    course = Course([shell("a", "kill -9 $$")])
    assert "a was ended by SIGKILL" in course.run(lambda text: "again" in text)


def test_what_a_dead_program_had_started_ends_with_it() -> None:
    course = Course([shell("a", "sleep 300 & echo child $!; exit 1")])
    said = course.run(lambda text: "again" in text)
    child = int(said.partition("child ")[2].split()[0])
    deadline = time.monotonic() + 2
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_alive(child)


def test_stopping_ends_everything_in_time_and_the_last_ones_last() -> None:
    farewell = "trap 'echo bye; exit' TERM; echo up; while :; do sleep 0.05; done"
    last, early = (
        shell("last", farewell, is_stopped_last=True),
        shell("early", farewell),
    )
    said = Course([last, early]).run(lambda text: text.count("| up") == 2)
    assert said.index("early | bye") < said.index("nexus | stopped")
    assert not last.is_running
    assert not early.is_running


def test_a_program_that_does_not_end_when_asked_is_killed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervisor, "STOP_SECONDS", 0.3)
    program = shell("a", STUBBORN)
    begin = time.monotonic()
    Course([program]).run(lambda text: "up" in text)
    assert program.process is not None
    assert program.process.returncode == -9
    assert time.monotonic() - begin < 5


def test_the_lifeline_learns_of_each_start_and_each_end() -> None:
    course = Course([shell("a", "echo up; sleep 9")])
    course.run(lambda text: "up" in text)
    (program,) = course.programs
    assert program.process is not None
    pid = program.process.pid
    assert course.lifeline.getvalue().decode().split() == [f"+{pid}", f"-{pid}"]


def test_a_program_with_a_delay_starts_after_the_others() -> None:
    late = shell("late", "echo late; sleep 9")
    late.delay = 0.5
    said = Course([late, shell("soon", "echo soon; sleep 9")]).run(
        lambda text: "| late" in text
    )
    assert said.index("| soon") < said.index("| late")


def test_every_program_leads_a_group_of_its_own() -> None:
    script = "import os; print('leads', os.getpgid(0) == os.getpid(), flush=True)"
    command = [sys.executable, "-c", f"{script}; import time; time.sleep(9)"]
    assert "leads True" in Course([Program("a", command)]).run(
        lambda text: "leads" in text
    )


class TestLog:
    @staticmethod
    def terminal() -> io.StringIO:
        stream = io.StringIO()
        stream.isatty = lambda: True  # type: ignore[method-assign]
        return stream

    def test_a_terminal_gets_colours(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("NO_COLOR", raising=False)
        stream = self.terminal()
        Log(["web"], stream).write("web", "hello")
        assert stream.getvalue() == "\x1b[36mweb | \x1b[0mhello\n"

    def test_no_color_is_respected(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("NO_COLOR", "1")
        stream = self.terminal()
        Log(["web"], stream).write("web", "hello")
        assert stream.getvalue() == "web | hello\n"


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except (ProcessLookupError, psutil.NoSuchProcess):
        return False
