"""How fast digests leave, with the full ledger on; beside it what others do.

`python -m benchmarks.digest [postgres://USER@HOST:PORT/]` makes a database of its own
there and drops it; without an argument it is SQLite.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.harness import ROOT, environment

RUNS = 3
PARALLEL = 64


def run(step: str, *arguments: object, **variables: str) -> dict[str, Any]:
    """One step in a process of its own; what it found."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.digest_steps", step, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@contextmanager
def sink(milliseconds: int) -> Iterator[str]:
    """The EMAIL_URL of a server that takes everything."""
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.mail_sink", str(milliseconds)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout
    try:
        yield f"smtp://127.0.0.1:{server.stdout.readline().strip()}"
    finally:
        server.kill()
        server.wait()


@contextmanager
def installation(server: str) -> Iterator[None]:
    """A data folder and a database of its own, as variables of the environment."""
    folder = Path(tempfile.mkdtemp(prefix="nexus-benchmark-"))
    os.environ.update(environment(folder))
    name = f"nexus_benchmark_{os.getpid()}"
    if server:
        os.environ["DATABASE_URL"] = f"{server.rstrip('/')}/{name}"
        subprocess.run(["createdb", "--maintenance-db", server, name], check=True)
    try:
        yield
    finally:
        if server:
            subprocess.run(["dropdb", "--maintenance-db", server, name], check=True)
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    server = sys.argv[1] if len(sys.argv) > 1 else ""
    with installation(server):
        say(run("prepare"))
        for milliseconds, lines in ((0, PARALLEL), (20, PARALLEL)):
            with sink(milliseconds) as url:
                compare(milliseconds, lines, EMAIL_URL=url)
        say(run("personalise"))
        with sink(0) as url:
            say(run("many", 100_000, EMAIL_URL=url, NEXUS_MAIL_CONNECTIONS="8"))
        say(run("compose", 10_000))


def say(what: object) -> None:
    print(what, flush=True)


def compare(milliseconds: int, lines: int, **variables: str) -> None:
    """Everybody in turn, several times; the medians and what they are of the bound."""
    variables["NEXUS_MAIL_CONNECTIONS"] = str(lines)
    few = 20 if milliseconds else 500
    counts = {"send_mail": few, "persistent": few, "raw": 4000, "nexus": 4000}
    rates: dict[str, list[float]] = {}
    for _ in range(RUNS):
        for step, count in counts.items():
            found = run(step, count, lines, **variables)
            rates.setdefault(step, []).append(found["per_second"])
    bound = sorted(rates["raw"])[RUNS // 2]
    say(f"{milliseconds} ms, {lines} connections")
    for step, found_rates in rates.items():
        middle = sorted(found_rates)[RUNS // 2]
        say(f"  {step:12} {middle:8.0f} mails/s  {middle / bound:.2f} of the bound")


if __name__ == "__main__":
    main()
