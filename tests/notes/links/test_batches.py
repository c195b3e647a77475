"""Results come in batches while the checks go on, until the time is up."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from aiohttp import web

from notes.links.batches import check_in_batches
from notes.links.check import Result, Verdict
from tests.notes.links import zoo as animals
from tests.notes.links.scenes import in_zoo, look
from tests.notes.links.zoo import Zoo, html, policy


@pytest.fixture
def site() -> Iterator[str]:
    """A host that takes 20 ms for most answers, in a thread of its own."""
    ready, stop = threading.Event(), threading.Event()
    found = []

    async def answer(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(3.0 if request.path == "/slow" else 0.02)
        return html("A page")

    async def scene(zoo: Zoo) -> None:
        found.append(await zoo.host(answer))
        ready.set()
        await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=in_zoo, args=(scene,))
    thread.start()
    ready.wait()
    yield found[0]
    stop.set()
    thread.join()


def pages(site: str, count: int) -> list[str]:
    return [f"{site}/{n}" for n in range(count)]


def test_every_link_is_in_one_batch(site: str) -> None:
    batches = list(check_in_batches(pages(site, 1200), policy=policy(per_host=64)))
    urls = [result.url for batch in batches for result in batch]
    assert sorted(urls) == sorted(pages(site, 1200))
    assert max(map(len, batches)) <= 500


def test_what_is_known_does_not_wait_for_a_slow_page(site: str) -> None:
    started = time.monotonic()
    links = [f"{site}/slow", *pages(site, 3)]
    batches = check_in_batches(links, policy=policy())
    assert {result.url for result in next(batches)} == set(pages(site, 3))
    assert time.monotonic() - started < 2.5
    assert [result.url for batch in batches for result in batch] == [links[0]]


def test_checks_go_on_while_the_caller_is_busy_with_a_batch(site: str) -> None:
    batches = check_in_batches(pages(site, 600), policy=policy())
    first = next(batches)
    time.sleep(1.0)
    assert len(first) < 600
    assert len(next(batches)) > 100


def test_a_caller_who_leaves_early_leaves_nothing_running(site: str) -> None:
    patience = sys.getswitchinterval()
    batches = check_in_batches(pages(site, 2000), policy=policy())
    next(batches)
    assert sys.getswitchinterval() < patience
    batches.close()  # type: ignore[attr-defined]
    assert sys.getswitchinterval() == patience
    assert "link checks" not in {thread.name for thread in threading.enumerate()}


def test_when_the_time_is_up_nothing_new_is_begun_and_the_rest_has_no_result(
    site: str,
) -> None:
    started = time.monotonic()
    bounds = policy(budget_seconds=0.5)
    found = [r for b in check_in_batches(pages(site, 5000), policy=bounds) for r in b]
    assert time.monotonic() - started < 2
    assert 20 < len(found) < 1000
    assert {result.verdict for result in found} == {Verdict.ALIVE}


def test_a_host_that_drips_cannot_hold_a_run_beyond_its_time() -> None:
    async def scene(zoo: Zoo) -> tuple[dict[str, Result], float]:
        host = await zoo.raw_host(animals.drip_headers)
        started = time.monotonic()
        found = await look(f"{host}/x", budget_seconds=0.2, total_seconds=0.3)
        return found, time.monotonic() - started

    found, seconds = in_zoo(scene)
    assert found == {}
    assert seconds < 1.5
