"""Local processes in the place of pytest-celery's Docker containers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from pytest_celery import CeleryTestContainer

from nexus import lifeline

ROOT = Path(__file__).resolve().parent.parent.parent
STOP_SECONDS = 10.0
LOG_TAIL_LINES = 40


def until(
    found: Callable[[], Any],
    *,
    seconds: float = 20,
    what: str = "",
    every: float = 0.05,
) -> Any:
    """Wait for a truth and return it; fail with what was waited for."""
    deadline = time.monotonic() + seconds
    while not (result := found()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s in vain for {what or found}")
        time.sleep(every)
    return result


class Undertaker:
    """Ends every process of these tests even if the tests themselves are killed."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, lifeline.__file__],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=STOP_SECONDS)


class LocalProcess(CeleryTestContainer):
    """A process of its own group, with the face that pytest-celery expects.

    The parent's constructor wants a Docker container, so it is left out on purpose.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        folder: Path,
        undertaker: Undertaker,
        is_ready: Callable[[LocalProcess], bool],
        url: str = "",
        ready_seconds: float = 30,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self._name, self._command, self.variables = name, list(command), dict(env)
        self.log_path = folder / f"{name}.log"
        self.undertaker, self.is_ready, self.url = undertaker, is_ready, url
        self.ready_seconds, self.stop_signal = ready_seconds, stop_signal
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        return self._name

    @property
    def id(self) -> str:
        return str(self.pid)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def status(self) -> str:
        is_running = self.process is not None and self.process.poll() is None
        return "running" if is_running else "exited"

    @property
    def celeryconfig(self) -> dict[str, Any]:
        return {"url": self.url, "host_url": self.url}

    def reload(self) -> None:
        """A Docker client asks its daemon anew; a process is always up to date."""

    def start(self) -> None:
        with self._open_log() as log:
            self.process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=os.environ | self.variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.undertaker.tell(f"+{self.pid}")

    def _open_log(self) -> IO[bytes]:
        """A fresh log for each start, so that a prompt in it is the present run's."""
        return self.log_path.open("wb")

    def logs(self) -> str:
        return self.log_path.read_text(errors="replace") if self.process else ""

    def tail(self) -> str:
        return "\n".join(self.logs().splitlines()[-LOG_TAIL_LINES:])

    def ready(self) -> bool:
        """Wait until it serves; a start that fails ends it and tells its log."""
        try:
            until(self._is_up_or_dead, seconds=self.ready_seconds, what=self.name)
            assert self.status == "running"
        except BaseException as error:
            error.add_note(f"{self.name} said:\n{self.tail()}")
            self.kill()
            raise
        return True

    def _is_up_or_dead(self) -> bool:
        return self.status != "running" or self.is_ready(self)

    def kill(self, signal: str | int = "SIGKILL") -> None:
        """Send a signal to the process and to all that it started."""
        self._signal_group(_number(signal))
        if _number(signal) == SIGKILL and self.process:
            self.process.wait(timeout=STOP_SECONDS)

    def kill_alone(self) -> None:
        """SIGKILL for the process itself, which leaves its children behind."""
        os.kill(self.pid, SIGKILL)
        assert self.process is not None
        self.process.wait(timeout=STOP_SECONDS)

    def freeze(self) -> None:
        self._signal_group(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal_group(signal.SIGCONT)

    def _signal_group(self, number: int) -> None:
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return

    def stop(self) -> None:
        """Ask it to end, and make sure that it and its children did."""
        if self.process is None:
            return
        self.thaw()
        if self.status == "running":
            os.kill(self.pid, self.stop_signal)
            try:
                self.process.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.kill()
        self.undertaker.tell(f"-{self.pid}")

    def restart(self, timeout: int = 0) -> None:
        self.stop()
        self.start()
        self.ready()

    def revive(self) -> None:
        """Running and not frozen, whatever a test did to it."""
        if self.status == "running":
            self.thaw()
        else:
            self.restart()

    def exec_run(self, command: Sequence[str]) -> tuple[int, bytes]:
        """Run a command beside the process, in its environment."""
        result = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | self.variables,
            capture_output=True,
            timeout=60,
            check=False,
        )
        return result.returncode, result.stdout + result.stderr

    def teardown(self) -> None:
        self.stop()


SIGKILL = signal.SIGKILL


def _number(name: str | int) -> int:
    return int(getattr(signal, name)) if isinstance(name, str) else int(name)


def says(prompt: str) -> Callable[[LocalProcess], bool]:
    """Ready once its log holds this text."""
    return lambda process: prompt in process.logs()
