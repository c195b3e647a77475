"""What the benchmarks share: a Nexus of their own, a load on it, percentiles."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


def percentile(values: Sequence[float], percent: float) -> float:
    """The value below which ``percent`` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def describe(values: Sequence[float]) -> str:
    return (
        f"p50 {statistics.median(values):.1f} ms, p95 {percentile(values, 95):.1f} ms, "
        f"p99 {percentile(values, 99):.1f} ms, n={len(values)}"
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Nexus:
    """A whole Nexus, started by `manage.py up` in a folder of its own."""

    folder: Path
    port: int
    process: subprocess.Popen[str]
    ready_seconds: float

    @property
    def password(self) -> str:
        return (self.folder / "admin_password").read_text().strip()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(15)


def environment(folder: Path, **extra: str) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("NEXUS_")}
    return {**inherited, "NEXUS_DATA_DIR": str(folder), **extra}


def start(folder: Path, **extra: str) -> Nexus:
    port = free_port()
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up", "--bind", f"127.0.0.1:{port}"],
        cwd=ROOT,
        env=environment(folder, **extra),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    for line in process.stdout:
        if "Nexus is ready" in line:
            break
    else:
        raise SystemExit("Nexus did not start")
    ready = time.perf_counter() - begin
    threading.Thread(target=process.stdout.read, daemon=True).start()
    return Nexus(folder, port, process, ready)


@contextlib.contextmanager
def nexus(**extra: str) -> Iterator[Nexus]:
    folder = Path(tempfile.mkdtemp(prefix="nexus-benchmark-"))
    running = start(folder, **extra)
    try:
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Browser:
    """One keep-alive connection with the cookies of a logged-in person."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}

    def request(
        self, method: str, path: str, form: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], str]:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body = None
        if form is not None:
            body = urlencode({**form, "csrfmiddlewaretoken": self.token})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        answer = self._answer(method, path, body, headers)
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, dict(answer.headers), text

    def _answer(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> http.client.HTTPResponse:
        """The answer, over a new connection if the server has closed an idle one."""
        try:
            self.connection.request(method, path, body, headers)
            return self.connection.getresponse()
        except (ConnectionError, http.client.RemoteDisconnected):
            self.connection.close()
            self.connection.request(method, path, body, headers)
            return self.connection.getresponse()

    @property
    def token(self) -> str:
        return self.cookies.get("csrftoken", "")

    def log_in(self, password: str, name: str = "admin") -> None:
        self.request("GET", "/login/")
        form = {"username": name, "password": password}
        status, _, _ = self.request("POST", "/login/", form)
        if status != http.client.FOUND:
            raise SystemExit(f"could not log in: {status}")


def first_section(browser: Browser, hub: str = "first-hub") -> str:
    """The id of a section that the form of a new note offers."""
    _, _, page = browser.request("GET", f"/h/{hub}/notes/new/")
    match = re.search(r'<option value="(\d+)"[^>]*>\s*[^<]*Technolog', page)
    if not match:
        raise SystemExit("the form offers no section")
    return match[1]


def in_parallel(
    workers: int, seconds: float, make: Callable[[], Callable[[int], None]]
) -> tuple[float, list[float]]:
    """Run ``workers`` loops; the requests per second and each one's milliseconds."""
    times: list[list[float]] = [[] for _ in range(workers)]
    actions = [make() for _ in range(workers)]
    end = time.perf_counter() + seconds

    def loop(number: int) -> None:
        count = 0
        while (begin := time.perf_counter()) < end:
            actions[number](number * 1_000_000 + count)
            times[number].append((time.perf_counter() - begin) * 1000)
            count += 1

    threads = [threading.Thread(target=loop, args=(n,)) for n in range(workers)]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    merged = [value for row in times for value in row]
    return len(merged) / (time.perf_counter() - begin), merged
