"""Workers share what they know of a host through a real Valkey."""

from __future__ import annotations

import asyncio
import logging
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web
from redis import Redis

from nexus.embedded import valkey_command
from notes.links import shared_hosts
from notes.links.check import Result, Verdict, check_urls
from notes.links.hosts import Heard
from notes.links.shared_hosts import SharedHosts
from tests.notes.links import zoo as animals
from tests.notes.links.checker import PER_HOST
from tests.notes.links.scenes import in_zoo
from tests.notes.links.zoo import Zoo, html, policy

ROOT = Path(__file__).resolve().parents[3]


class Cache:
    """A Valkey server that a test may kill."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.socket = folder, folder / "run" / "s.sock"
        self.start()
        self.url = f"unix://{self.socket}?db=2"
        self.client = Redis.from_url(self.url)

    def start(self) -> None:
        command = valkey_command(socket=self.socket, folder=self.folder / "data")
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def wait(self) -> None:
        while not self.socket.exists():
            assert self.process.poll() is None
            time.sleep(0.01)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def cache() -> Iterator[Cache]:
    folder = Path(tempfile.mkdtemp(prefix="nx-"))
    cache = Cache(folder)
    cache.wait()
    yield cache
    cache.kill()
    shutil.rmtree(folder)


async def check_elsewhere(cache: Cache, links: list[str]) -> list[str]:
    """The verdicts of a checker in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.notes.links.checker", cache.url),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate("\n".join(links).encode())
    return output.decode().split()


async def check_here(url: str, links: list[str]) -> list[Result]:
    found = check_urls(links, policy=policy(), hosts=SharedHosts(8, url=url))
    return [result async for result in found]


def test_two_processes_together_ask_a_host_for_no_more_than_it_may(
    cache: Cache,
) -> None:
    most, now = 0, 0

    async def busy(request: web.Request) -> web.StreamResponse:
        nonlocal most, now
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1
        return html("A page")

    async def scene(zoo: Zoo) -> tuple[list[str], set[int]]:
        host = await zoo.host(busy)
        lists = [[f"{host}/{name}/{n}" for n in range(150)] for name in "ab"]
        found = await asyncio.gather(*(check_elsewhere(cache, part) for part in lists))
        return [verdict for verdicts in found for verdict in verdicts], set(
            zoo.requests.values()
        )

    verdicts, requests = in_zoo(scene)
    assert verdicts == [Verdict.ALIVE] * 300
    assert requests == {1}
    assert 2 <= most <= PER_HOST


def test_no_process_asks_a_host_before_its_retry_after_has_passed(
    cache: Cache,
) -> None:
    """What was on its way when the host said so is all that may still arrive."""
    told_at: list[float] = []
    arrivals: list[float] = []

    async def overrun(request: web.Request) -> web.StreamResponse:
        now = asyncio.get_running_loop().time()
        arrivals.append(now)
        await asyncio.sleep(0.01)
        if len(arrivals) > 60 and not told_at:
            told_at.append(asyncio.get_running_loop().time())
            return web.Response(status=429, headers={"Retry-After": "2"})
        return html("A page")

    async def scene(zoo: Zoo) -> list[str]:
        host = await zoo.host(overrun)
        lists = [[f"{host}/{name}/{n}" for n in range(100)] for name in "ab"]
        found = await asyncio.gather(*(check_elsewhere(cache, part) for part in lists))
        return [verdict for verdicts in found for verdict in verdicts]

    assert in_zoo(scene) == [Verdict.ALIVE] * 200
    since = [at - told_at[0] for at in arrivals if at > told_at[0]]
    assert len([at for at in since if at < 2]) <= 2 * PER_HOST
    assert not [at for at in since if 0.1 < at < 1.95]
    assert since[-1] > 2


def test_workers_get_fair_shares_and_those_of_the_dead_come_back(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_hosts, "LEASE_MS", 400)

    async def take_all(hosts: SharedHosts, seconds: float = 0.4) -> int:
        """Take what there is for as long as a worker with more to do would ask."""
        count, until = 0, time.monotonic() + seconds
        while time.monotonic() < until:
            if await hosts.enter("a") == 0.0:
                count += 1
            else:
                await asyncio.sleep(0.02)
        return count

    async def scene() -> list[int]:
        async with SharedHosts(8, url=cache.url) as second:
            first = SharedHosts(8, url=cache.url)
            await first.__aenter__()
            counts = [await take_all(first), await take_all(second)]
            for _ in range(8):
                first.leave("a", Heard(200, 0.01))
            both = await asyncio.gather(take_all(first), take_all(second))
            first._turns.cancel()
            return [*counts, *both, await take_all(second, seconds=0.8)]

    first, second, half, other_half, inherited = asyncio.run(scene())
    assert (first, second) == (8, 0)
    assert (half, other_half) == (4, 4)
    assert inherited == 4


def test_a_rest_that_was_asked_for_while_the_cache_was_away_is_known_to_all_later(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_hosts, "AWAY_SECONDS", 0.1)

    async def rest(hosts: SharedHosts) -> float:
        return await hosts.enter("a") or 0.0

    async def scene() -> tuple[float, float]:
        async with SharedHosts(8, url=cache.url) as first:
            assert await rest(first) == 0.0
            cache.kill()
            cache.socket.unlink()
            first.leave("a", Heard(429, 0.01, wait_seconds=60))
            await asyncio.sleep(0.3)
            cache.start()
            cache.wait()
            await asyncio.sleep(0.5)
            async with SharedHosts(8, url=cache.url) as second:
                return await rest(first), await rest(second)

    mine, yours = asyncio.run(scene())
    assert 58 < yours <= 60
    assert abs(mine - yours) < 0.2


def test_being_overrun_is_known_to_workers_that_come_later(cache: Cache) -> None:
    async def free(status: int | None) -> int:
        async with SharedHosts(8, url=cache.url) as hosts:
            count = 0
            while await hosts.enter("a") == 0.0:
                count += 1
            for _ in range(count):
                hosts.leave("a", Heard(status, 0.01))
            return count

    async def scene() -> list[int]:
        return [await free(None), await free(429), await free(None)]

    assert asyncio.run(scene()) == [8, 8, 4]


def test_the_cost_is_bounded_by_time_and_hosts_not_by_requests(cache: Cache) -> None:
    async def scene(zoo: Zoo) -> list[Result]:
        hosts = [await zoo.host(animals.answer_ok) for _ in range(10)]
        return await check_here(cache.url, [f"{hosts[n % 10]}/{n}" for n in range(600)])

    results = in_zoo(scene)
    assert Counter(result.verdict for result in results) == {Verdict.ALIVE: 600}
    calls = cache.client.info("commandstats")["cmdstat_evalsha"]["calls"]
    assert calls < 60


def test_without_the_cache_checks_go_on_with_one_plain_sentence_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def scene(zoo: Zoo) -> list[Result]:
        host = await zoo.host(animals.answer_ok)
        nowhere = "unix:///nowhere/s.sock?db=2"
        return await check_here(nowhere, [f"{host}/{n}" for n in range(50)])

    with caplog.at_level(logging.INFO):
        results = in_zoo(scene)
    assert {result.verdict for result in results} == {Verdict.ALIVE}
    told = [r.getMessage() for r in caplog.records if "cache" in r.getMessage()]
    assert len(told) == 1
    assert told[0].startswith("The cache does not answer")


def test_a_cache_that_dies_in_mid_run_costs_no_result(cache: Cache) -> None:
    async def scene(zoo: Zoo) -> int:
        async def deadly(request: web.Request) -> web.StreamResponse:
            if request.path == "/50":
                cache.kill()
            return html("A page")

        host = await zoo.host(deadly)
        return len(await check_here(cache.url, [f"{host}/{n}" for n in range(200)]))

    assert in_zoo(scene) == 200
