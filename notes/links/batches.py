"""Checks in a thread of its own, for callers that write down what they get.

Writing rows would hold up an event loop, and hundreds of requests with it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Thread

from notes.links.check import NO_VERSIONS, check_urls
from notes.links.hosts import LocalHosts
from notes.links.observations import Version
from notes.links.policy import Policy
from notes.links.results import Result

NAME_THREADS = 32
MOST_RESULTS = 500
MOST_SECONDS = 1.0

Found = SimpleQueue[Result | None]


def check_in_batches(
    links: Iterable[str],
    *,
    policy: Policy,
    hosts: LocalHosts | None = None,
    versions: Mapping[str, Version] = NO_VERSIONS,
) -> Iterator[list[Result]]:
    """Yield about once a second what is known by then; checks go on meanwhile."""
    found: Found = SimpleQueue()

    async def collect() -> None:
        checks = check_urls(links, policy=policy, hosts=hosts, versions=versions)
        async for result in checks:
            found.put(result)

    with _loop_in_a_thread() as loop:
        future = asyncio.run_coroutine_threadsafe(collect(), loop)
        future.add_done_callback(lambda _: found.put(None))
        is_over = False
        while not is_over:
            batch, is_over = _next_batch(found)
            if batch:
                yield batch
        future.result()


@contextmanager
def _loop_in_a_thread() -> Iterator[asyncio.AbstractEventLoop]:
    """Whatever still runs in it is cancelled in the end, and waited for."""
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        # The default pool has few threads, and a slow name would hold them all.
        loop.set_default_executor(ThreadPoolExecutor(NAME_THREADS))
        thread = Thread(target=loop.run_forever, name="link checks", daemon=True)
        thread.start()
        try:
            yield loop
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()


def _next_batch(found: Found) -> tuple[list[Result], bool]:
    """What came within a second of the first result, and whether that was all."""
    batch: list[Result] = []
    until = None
    while len(batch) < MOST_RESULTS:
        try:
            pause = None if until is None else max(0.0, until - time.monotonic())
            result = found.get(timeout=pause)
        except Empty:
            break
        if result is None:
            return batch, True
        batch.append(result)
        until = until or time.monotonic() + MOST_SECONDS
    return batch, False
