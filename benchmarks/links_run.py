"""One checker in a process of its own: `python -m benchmarks.links_run WHAT ...`.

Reads links from standard input, prints one JSON object: seconds, peak memory, verdicts.
`raw` is the reference: the least that an aiohttp loop can do at the same concurrency.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable
from ipaddress import ip_network
from pathlib import Path

Seen = dict[str, str]
LOOPBACK = (ip_network("127.0.0.0/8"),)


async def raw(links: list[str], concurrency: int, per_host: int) -> Seen:
    import aiohttp  # noqa: PLC0415 -- each run pays for what it uses alone

    slots: dict[str, asyncio.Semaphore] = defaultdict(
        lambda: asyncio.Semaphore(per_host)
    )
    left, seen = deque(links), {}

    async def work(session: aiohttp.ClientSession) -> None:
        while left:
            link = left.popleft()
            async with slots[link.split("/")[2]], session.get(link) as answer:
                await answer.read()
                seen[link] = str(answer.status)

    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        await asyncio.gather(*(work(session) for _ in range(concurrency)))
    return seen


async def recheck(links: list[str], concurrency: int, per_host: int) -> Seen:
    """Look twice; only what the server sent at the second look is counted."""
    import urllib.request  # noqa: PLC0415

    from notes.links.check import Policy, Version, check_urls  # noqa: PLC0415

    bounds = Policy(allow_networks=LOOPBACK, concurrency=concurrency, per_host=per_host)
    versions = {
        result.url: Version(result.final_url, result.etag, result.last_modified)
        async for result in check_urls(links, policy=bounds)
    }
    stats = "/".join([*links[0].split("/")[:3], "-", "stats"])
    await asyncio.to_thread(urllib.request.urlopen, stats)
    again = check_urls(links, policy=bounds, versions=versions)
    return {result.url: result.verdict.value async for result in again}


async def counted(concurrency: int, per_host: int) -> Counter[str]:
    """Nexus with no more memory than it takes itself: links come line by line."""
    from notes.links.check import Policy, check_urls  # noqa: PLC0415

    bounds = Policy(allow_networks=LOOPBACK, concurrency=concurrency, per_host=per_host)
    counts: Counter[str] = Counter()
    async for result in check_urls(map(str.strip, sys.stdin), policy=bounds):
        counts[result.verdict.value] += 1
    return counts


async def nexus(links: list[str], concurrency: int, per_host: int) -> Seen:
    from notes.links.check import Policy, check_urls  # noqa: PLC0415

    bounds = Policy(allow_networks=LOOPBACK, concurrency=concurrency, per_host=per_host)
    return {
        result.url: result.verdict.value
        async for result in check_urls(links, policy=bounds)
    }


def peak_mib() -> float:
    """This program's own peak; `getrusage` counts what its parent had before too."""
    status = dict(
        line.split(":") for line in Path("/proc/self/status").read_text().splitlines()
    )
    return int(status["VmHWM"].split()[0]) / 1024


CHECKERS: dict[str, Callable[[list[str], int, int], Awaitable[Seen]]] = {
    "raw": raw,
    "nexus": nexus,
    "recheck": recheck,
}


def main(what: str, concurrency: str, per_host: str) -> None:
    bounds = int(concurrency), int(per_host)
    seen: Seen = {}
    begin = time.perf_counter()
    if what == "counted":
        counts = asyncio.run(counted(*bounds))
    else:
        seen = asyncio.run(CHECKERS[what](sys.stdin.read().split(), *bounds))  # type: ignore[arg-type]
        counts = Counter(seen.values())
    found = {
        "seconds": time.perf_counter() - begin,
        "cpu_seconds": time.process_time(),
        "mib": peak_mib(),
        "counts": counts,
        "seen": seen,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
