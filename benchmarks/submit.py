"""POST of a note against a bare view that inserts one row: requests per second.

Same web server, same settings, same database; only the web processes run, so that the
ratio is that of the requests alone. The second part runs the whole product and compares
the latency of a POST with the broker alive, frozen and dead.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from benchmarks.harness import (
    BIN,
    ROOT,
    Browser,
    Nexus,
    describe,
    environment,
    first_section,
    free_port,
    in_parallel,
    nexus,
    percentile,
    start,
)
from nexus.processes import WEB_THREADS

CLIENTS = 4
SECONDS = 6.0
ROUNDS = 3
POSTS = 150
GRANIAN = (
    *(f"{BIN}/granian", "--interface", "wsgi", "--host", "127.0.0.1"),
    *("--workers", "1", "--blocking-threads", str(WEB_THREADS)),
)


@contextlib.contextmanager
def server(folder: Path, target: str, **extra: str) -> Iterator[int]:
    port = free_port()
    process = subprocess.Popen(
        [*GRANIAN, "--port", str(port), "--no-ws", "--no-log", target],
        cwd=ROOT,
        env=environment(folder, **extra),
    )
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def wait_for(port: int) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError):
            Browser(port).request("GET", "/healthz")
            return
        time.sleep(0.1)
    raise SystemExit("the web server did not start")


def prepared_folder() -> Path:
    """A data folder with its database, admin and first hub; nothing runs in it."""
    folder = Path(tempfile.mkdtemp(prefix="nexus-benchmark-"))
    start(folder).stop()
    return folder


def submitting(port: int, password: str) -> Callable[[], Callable[[int], None]]:
    def make() -> Callable[[int], None]:
        browser = Browser(port)
        browser.log_in(password)
        section = first_section(browser)

        def post(number: int) -> None:
            form = {"section": section, "title": f"Note {number}", "body": "**Text**."}
            status, _, text = browser.request("POST", "/h/first-hub/notes/new/", form)
            assert status == 303, text[:2000]

        return post

    return make


def inserting(port: int, password: str = "") -> Callable[[], Callable[[int], None]]:
    """Requests of the bare view; with a password, of the one behind a login."""

    def make() -> Callable[[int], None]:
        browser = Browser(port)
        if password:
            browser.log_in(password)
        path = "/insert-as-somebody" if password else "/insert"

        def post(_: int) -> None:
            status, headers, _ = browser.request("POST", path, {})
            assert (status, headers.get("location")) == (303, "/")

        return post

    return make


def throughput() -> None:
    folder = prepared_folder()
    password = (folder / "admin_password").read_text().strip()
    bare_settings = {"DJANGO_SETTINGS_MODULE": "benchmarks.bare_settings"}
    with (
        server(folder, "nexus.wsgi:application") as ours,
        server(folder, "benchmarks.bare:application", **bare_settings) as bare,
    ):
        ratios = []
        for _ in range(ROUNDS):
            anonymous, _ = in_parallel(CLIENTS, SECONDS, inserting(bare))
            somebody, _ = in_parallel(CLIENTS, SECONDS, inserting(bare, password))
            rate, times = in_parallel(CLIENTS, SECONDS, submitting(ours, password))
            ratios.append((rate / anonymous, rate / somebody))
            print(
                f"bare {anonymous:.0f}/s, bare behind a login {somebody:.0f}/s, "
                f"note {rate:.0f}/s ({describe(times)})"
            )
    shutil.rmtree(folder)
    for name, column in zip(
        ("bare", "bare behind a login"), zip(*ratios, strict=True), strict=True
    ):
        print(
            f"POST of a note / {name}: {statistics.median(column):.2f} "
            f"(median of {ROUNDS}, {CLIENTS} clients, {SECONDS:g} s each)"
        )


def latency_by_broker() -> None:
    with nexus() as running:
        post = submitting(running.port, running.password)()
        measured = {"alive": timed(post, 0)}
        valkey = broker_of(running)
        valkey.send_signal(signal.SIGSTOP)
        measured["frozen"] = timed(post, 1)
        valkey.send_signal(signal.SIGCONT)
        measured["dead"] = while_killed(running, post)
    alive = percentile(measured["alive"], 99)
    for name, times in measured.items():
        ratio = percentile(times, 99) / alive
        print(f"broker {name}: {describe(times)}, p99 / p99 alive = {ratio:.2f}")


def broker_of(running: Nexus) -> psutil.Process:
    children = psutil.Process(running.process.pid).children(recursive=True)
    return next(child for child in children if "valkey" in child.name())


def while_killed(running: Nexus, post: Callable[[int], None]) -> list[float]:
    """Kill the broker again as often as the supervisor brings it back."""
    times: list[float] = []
    for part in range(10):
        with contextlib.suppress(psutil.NoSuchProcess, StopIteration):
            broker_of(running).kill()
        times += timed(post, 2 + part, POSTS // 10)
    return times


def timed(post: Callable[[int], None], part: int, count: int = POSTS) -> list[float]:
    times = []
    for number in range(count):
        begin = time.perf_counter()
        post(part * 100_000 + number)
        times.append((time.perf_counter() - begin) * 1000)
        time.sleep(0.02)
    return times


if __name__ == "__main__":
    os.chdir(ROOT)
    if "--latency" not in sys.argv:
        throughput()
    latency_by_broker()
