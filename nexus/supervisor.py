"""Starts processes, keeps them running, and stops them all: what `up` stands on.

One thread and one selector do everything, so that nothing here can deadlock. Every
child is the leader of its own process group: Ctrl-C reaches the supervisor alone, and
whatever a child started ends with it. Should the supervisor itself be killed, the
lifeline (nexus.lifeline) ends the groups in its stead.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, TextIO

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 30.0
STOP_SECONDS = 7.0
LAST_STOP_SECONDS = 2.0
TICK_SECONDS = 0.1
COLOURS = (36, 32, 33, 35, 34, 31, 96, 92)


@dataclass
class Program:
    """One child: what to run, and how its present run is going."""

    name: str
    command: Sequence[str]
    is_stopped_last: bool = False
    delay: float = 0.0
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float | None = None
    pause: float = 0.0
    partial: bytes = field(default=b"", repr=False)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Log:
    """One stream for all: a prefix for each process, coloured on a terminal."""

    def __init__(self, names: Sequence[str], stream: TextIO = sys.stdout) -> None:
        self.stream = stream
        self.width = max(len(name) for name in names)
        self.colours = dict(zip(names, COLOURS * len(names), strict=False))
        self.is_coloured = stream.isatty() and "NO_COLOR" not in os.environ

    def write(self, name: str, line: str) -> None:
        prefix = f"{name:<{self.width}} | "
        if self.is_coloured and name in self.colours:
            prefix = f"\x1b[{self.colours[name]}m{prefix}\x1b[0m"
        self.stream.write(f"{prefix}{line}\n")
        self.stream.flush()


class Supervisor:
    def __init__(self, programs: Sequence[Program], *, lifeline: IO[bytes]) -> None:
        self.programs = list(programs)
        self.lifeline = lifeline
        self.log = Log(["nexus", *(program.name for program in programs)])
        self.selector = selectors.DefaultSelector()
        self.is_stopping = False

    def run(self, on_tick: Callable[[], None]) -> None:
        """Keep everything running until ``stop`` is called, then end it all."""
        for program in self.programs:
            program.start_at = time.monotonic() + program.delay
        while not self.is_stopping:
            self.start_due()
            self.read_output(TICK_SECONDS)
            self.notice_ends()
            on_tick()
        self.shut_down()

    def stop(self, *_: object) -> None:
        self.is_stopping = True

    def start_due(self) -> None:
        now = time.monotonic()
        for program in self.programs:
            if program.start_at is not None and program.start_at <= now:
                self._start(program)

    def _start(self, program: Program) -> None:
        program.process = subprocess.Popen(
            program.command,
            env={**os.environ, **program.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._tell_lifeline(f"+{program.process.pid}")
        program.started_at, program.start_at = time.monotonic(), None
        assert program.process.stdout is not None
        os.set_blocking(program.process.stdout.fileno(), False)
        self.selector.register(program.process.stdout, selectors.EVENT_READ, program)

    def _tell_lifeline(self, line: str) -> None:
        self.lifeline.write(f"{line}\n".encode())
        self.lifeline.flush()

    def read_output(self, timeout: float) -> None:
        for key, _ in self.selector.select(timeout):
            program: Program = key.data
            data = os.read(key.fd, 65536)
            if not data:
                self.selector.unregister(key.fileobj)
            *lines, program.partial = (program.partial + data).split(b"\n")
            for line in lines:
                self.log.write(program.name, line.decode(errors="replace"))

    def notice_ends(self) -> None:
        for program in self.programs:
            if program.process and program.start_at is None and not program.is_running:
                self._plan_restart(program)

    def _plan_restart(self, program: Program) -> None:
        now = time.monotonic()
        if now - program.started_at > STEADY_SECONDS:
            program.pause = 0.0
        program.pause = min(
            program.pause * 2 or FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS
        )
        program.start_at = now + program.pause
        self._end_group(program, signal.SIGKILL)
        self.log.write(
            "nexus",
            f"{program.name} {_ending(program)}; "
            f"starting it again in {program.pause:g} s",
        )

    def shut_down(self) -> None:
        """End every program within STOP_SECONDS + LAST_STOP_SECONDS."""
        self.log.write("nexus", "stopping")
        self._stop(
            [program for program in self.programs if not program.is_stopped_last],
            STOP_SECONDS,
        )
        self._stop(
            [program for program in self.programs if program.is_stopped_last],
            LAST_STOP_SECONDS,
        )
        self.log.write("nexus", "stopped")

    def _stop(self, programs: Sequence[Program], seconds: float) -> None:
        for program in programs:
            if program.is_running and program.process:
                program.process.terminate()
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and any(p.is_running for p in programs):
            self.read_output(TICK_SECONDS)
        for program in programs:
            self._end_group(program, signal.SIGKILL)

    def _end_group(self, program: Program, number: signal.Signals) -> None:
        """Signal what is left of the child and of everything that it started."""
        if program.process is None:
            return
        try:
            os.killpg(program.process.pid, number)
        except ProcessLookupError:
            pass
        else:
            program.process.wait()
        self._tell_lifeline(f"-{program.process.pid}")


def _ending(program: Program) -> str:
    code = program.process.returncode if program.process else 0
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with code {code}"
