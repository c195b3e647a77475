"""Production servers for the web process: requests per second, latency and memory.

Each serves Nexus's home page and takes submissions, one process and the same number of
threads. Servers that are not installed are left out and said so: pip install gunicorn
waitress cheroot beside the requirements to compare all. The reference is gunicorn.
"""

from __future__ import annotations

import importlib.util
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil

from benchmarks.harness import (
    BIN,
    ROOT,
    Browser,
    describe,
    environment,
    free_port,
    in_parallel,
)
from benchmarks.submit import prepared_folder, submitting, wait_for
from nexus.processes import WEB_THREADS

CLIENTS = 4
SECONDS = 5.0
ROUNDS = 3
APPLICATION = "nexus.wsgi:application"


def commands(port: int) -> dict[str, list[str]]:
    threads = str(WEB_THREADS)
    bind = f"127.0.0.1:{port}"
    granian = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    return {
        "gunicorn": [
            *(sys.executable, "-m", "gunicorn", "--bind", bind, "--workers", "1"),
            *("--worker-class", "gthread", "--threads", threads, APPLICATION),
        ],
        "waitress": [
            *(sys.executable, "-m", "waitress", f"--listen={bind}"),
            *(f"--threads={threads}", APPLICATION),
        ],
        "cheroot": [
            *(sys.executable, "-m", "cheroot", "--bind", bind),
            *("--threads", threads, APPLICATION),
        ],
        "granian": [
            *(f"{BIN}/granian", *granian, "--workers", "1"),
            *("--blocking-threads", threads, "--no-ws", "--no-log", APPLICATION),
        ],
    }


def reading(port: int) -> Callable[[], Callable[[int], None]]:
    def make() -> Callable[[int], None]:
        browser = Browser(port)

        def get(_: int) -> None:
            assert browser.request("GET", "/")[0] == 200

        return get

    return make


def measure(folder: Path, name: str) -> tuple[float, float]:
    """Pages and submissions per second."""
    port = free_port()
    process = subprocess.Popen(
        commands(port)[name],
        cwd=ROOT,
        env=environment(folder),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port)
        password = (folder / "admin_password").read_text().strip()
        pages, latency = in_parallel(CLIENTS, SECONDS, reading(port))
        notes, _ = in_parallel(CLIENTS, SECONDS, submitting(port, password))
        family = [psutil.Process(process.pid)]
        family += family[0].children(recursive=True)
        memory = sum(member.memory_full_info().pss for member in family) / 2**20
    finally:
        process.terminate()
        process.wait(15)
    print(
        f"{name}: {pages:.0f} pages/s ({describe(latency)}), {notes:.0f} notes/s, "
        f"{memory:.0f} MiB pss"
    )
    return pages, notes


def main() -> None:
    folder = prepared_folder()
    names = [name for name in commands(0) if importlib.util.find_spec(name)]
    missing = sorted(set(commands(0)) - set(names))
    if missing:
        print(f"not installed, so left out: {', '.join(missing)}")
    rates: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for _ in range(ROUNDS):
        for name in names:
            rates[name].append(measure(folder, name))
    shutil.rmtree(folder)
    medians = {
        name: [statistics.median(column) for column in zip(*rows, strict=True)]
        for name, rows in rates.items()
    }
    for name, (pages, notes) in medians.items():
        if name != "gunicorn" and "gunicorn" in medians:
            reference = medians["gunicorn"]
            print(
                f"{name} / gunicorn: {pages / reference[0]:.2f} in pages, "
                f"{notes / reference[1]:.2f} in submissions (median of {ROUNDS})"
            )


if __name__ == "__main__":
    main()
