"""Carries mails over several lines at once, in a thread of its own.

The ledger stays with the thread that began: it hands a mail over only once *sending*
is committed, and each line carries one mail at a time. So what a crash leaves open is
at most one mail for each line.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Generic, Self, TypeVar

from notes.digests.answers import AddressDeferredError, AddressRefusedError
from notes.digests.message import Envelope
from notes.digests.outbox import Line, open_line
from notes.errors import NexusError

CLOSING_SECONDS = 5
# A round of the ledger costs the same for one mail as for all that are on their way.
GATHERING_SECONDS = 0.0005
# By default a thread that waits for the interpreter waits 5 ms, and the ledger's waits
# after each of its statements: that would be most of a round.
SWITCH_SECONDS = 0.0002
T = TypeVar("T")


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What became of a mail: the server took it, unless there is an error."""

    item: T
    error: NexusError | None


@dataclass(frozen=True)
class News(Generic[T]):
    """What a line has to say: that it is free, what became of a mail, that it ended."""

    is_free: bool = False
    outcome: Outcome[T] | None = None
    ended_by: BaseException | None = None


class Post(Generic[T]):
    """A context manager; ``free`` is how many mails can be handed over now.

    A line that breaks is replaced by another if it had carried something. ``error`` is
    why the last one of all ended, once none is left.
    """

    def __init__(self, lines: int) -> None:
        self.free = self.busy = 0
        self.error: BaseException | None = None
        self._lines = self._left = lines
        self._news: SimpleQueue[News[T]] = SimpleQueue()
        self._mails: asyncio.Queue[tuple[T, Envelope]] = asyncio.Queue()
        self._ended = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> Self:
        self._interval = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_SECONDS)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(CLOSING_SECONDS)
        sys.setswitchinterval(self._interval)

    def hand(self, mails: list[tuple[T, Envelope]]) -> None:
        self.free -= len(mails)
        self.busy += len(mails)
        self._loop.call_soon_threadsafe(self._take, mails)

    def wait(self, seconds: float) -> list[Outcome[T]]:
        """What comes in within some time, and what else does so right after it."""
        outcomes = []
        try:
            outcomes += self._hear(self._news.get(timeout=seconds))
            ends_at = time.monotonic() + GATHERING_SECONDS
            while self.busy:
                left = max(ends_at - time.monotonic(), 0)
                outcomes += self._hear(self._news.get(timeout=left))
        except Empty:
            return outcomes
        return outcomes

    def _hear(self, news: News[T]) -> list[Outcome[T]]:
        self.free += news.is_free
        if news.ended_by:
            if not isinstance(news.ended_by, NexusError):
                raise news.ended_by  # nobody knows what became of its mail
            self._left -= 1
            self.error = None if self._left else news.ended_by
        if not news.outcome:
            return []
        self.busy -= 1
        return [news.outcome]

    # From here on in the thread of the lines.

    def _work(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        lines = [asyncio.create_task(self._line()) for _ in range(self._lines)]
        await self._ended.wait()
        for line in lines:
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)

    def _take(self, mails: list[tuple[T, Envelope]]) -> None:
        for mail in mails:
            self._mails.put_nowait(mail)

    async def _line(self) -> None:
        """One line after the other, as long as the last one was good for something."""
        try:
            while True:
                line = await open_line()
                try:
                    await self._carry(line)
                finally:
                    await line.close()
        except Exception as error:  # noqa: BLE001 (the ledger's thread raises it)
            self._news.put(News(ended_by=error))

    async def _carry(self, line: Line) -> None:
        """Until the line breaks; raises what broke it if it never carried a mail."""
        has_carried = False
        self._news.put(News(is_free=True))
        while True:
            item, envelope = await self._mails.get()
            try:
                await line.send(envelope)
            except (AddressRefusedError, AddressDeferredError) as error:
                self._news.put(News(is_free=True, outcome=Outcome(item, error)))
            except NexusError as error:
                self._news.put(News(outcome=Outcome(item, error)))
                if has_carried:
                    return
                raise
            else:
                has_carried = True
                self._news.put(News(is_free=True, outcome=Outcome(item, None)))
