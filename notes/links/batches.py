"""Checks in a thread of its own, for callers that write down what they get.

Writing rows would hold up an event loop, and hundreds of requests with it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Thread

from notes.links.check import NO_VERSIONS, check_urls
from notes.links.hosts import LocalHosts
from notes.links.observations import Version
from notes.links.policy import Policy
from notes.links.results import Result

NAME_THREADS = 32
MOST_RESULTS = 500
MOST_SECONDS = 1.0
# A thread that writes rows lets go of the interpreter after so long, not after 5 ms.
PATIENCE_SECONDS = 0.001


def check_in_batches(
    links: Iterable[str],
    *,
    policy: Policy,
    hosts: LocalHosts | None = None,
    versions: Mapping[str, Version] = NO_VERSIONS,
) -> Iterator[list[Result]]:
    """Yield about once a second what is known by then; checks go on meanwhile."""
    with _loop_in_a_thread() as loop:
        basket = Basket(loop)

        async def collect() -> None:
            checks = check_urls(links, policy=policy, hosts=hosts, versions=versions)
            try:
                async for result in checks:
                    basket.add(result)
            finally:
                basket.close()

        future = asyncio.run_coroutine_threadsafe(collect(), loop)
        yield from basket.batches()
        future.result()


class Basket:
    """Results on their way to another thread: in batches, since each wakes it up."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._batch: list[Result] = []
        self._timer: asyncio.TimerHandle | None = None
        self._handed: SimpleQueue[list[Result]] = SimpleQueue()

    def add(self, result: Result) -> None:
        """Hand over what there is within a second of the first result."""
        if self._timer is None:
            self._timer = self._loop.call_later(MOST_SECONDS, self._hand_over)
        self._batch.append(result)
        if len(self._batch) == MOST_RESULTS:
            self._hand_over()

    def close(self) -> None:
        """Hand over the last results; nothing after that is the end."""
        if self._batch:
            self._hand_over()
        self._handed.put([])

    def batches(self) -> Iterator[list[Result]]:
        """In the other thread: the batches as they come."""
        return iter(self._handed.get, [])

    def _hand_over(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        self._handed.put(self._batch)
        self._batch = []


@contextmanager
def _loop_in_a_thread() -> Iterator[asyncio.AbstractEventLoop]:
    """Whatever still runs in it is cancelled in the end, and waited for."""
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        # The default pool has few threads, and a slow name would hold them all.
        loop.set_default_executor(ThreadPoolExecutor(NAME_THREADS))
        thread = Thread(target=loop.run_forever, name="link checks", daemon=True)
        thread.start()
        patience = sys.getswitchinterval()
        sys.setswitchinterval(PATIENCE_SECONDS)
        try:
            yield loop
        finally:
            sys.setswitchinterval(patience)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
