"""Whose turn it is: links wait in a queue per host, and hosts take turns."""

from __future__ import annotations

import asyncio
import heapq
import time
from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

from notes.links.observations import Version


class Target(NamedTuple):
    """A link as the caller gave it, and the place on the page that it names."""

    link: str
    fragment: str = ""


@dataclass(slots=True)
class Job:
    """One page to ask for, and the links of the caller that point at it.

    Tens of thousands wait at once, and nearly all of them are written as their page is:
    then nothing is kept but the page.
    """

    page: str
    host: str
    written: tuple[Target, ...] = ()
    failures: tuple[str, ...] = ()
    attempts: int = 0
    elapsed_seconds: float = 0.0
    is_head_refused: bool = False
    version: Version | None = None

    @property
    def targets(self) -> tuple[Target, ...]:
        """The links that lead to this page, each once."""
        return self.written or (Target(self.page),)

    def add(self, target: Target) -> None:
        """Ask for the page on behalf of another link too."""
        if target not in self.targets:
            self.written = (*self.targets, target)

    @property
    def has_fragments(self) -> bool:
        """Whether any of the links names a place on the page."""
        return any(target.fragment for target in self.written)


@dataclass(slots=True)
class _Lane:
    """The queue of one host; `is_open` while it stands in the round of hosts.

    `is_held` while all slots of the host are taken and one of them is ours.
    """

    jobs: deque[Job] = field(default_factory=deque)
    active: int = 0
    is_open: bool = False
    is_held: bool = False
    rests_until: float = 0.0


class Schedule:
    """Gives out jobs so that no host holds more workers than it may have."""

    def __init__(self, per_host: int) -> None:
        self._per_host = per_host
        self._lanes: dict[str, _Lane] = {}
        self._round: deque[_Lane] = deque()
        self._sleeping: list[tuple[float, int, Job]] = []
        self._waiters: deque[asyncio.Future[None]] = deque()
        self._unfinished = 0
        self._is_closed = False
        self._serial = 0

    def __len__(self) -> int:
        return self._unfinished

    def add(self, job: Job) -> None:
        """Put a new job at the end of its host's queue."""
        self._unfinished += 1
        lane = self._lane(job)
        lane.jobs.append(job)
        self._open(lane)

    def close(self) -> None:
        """Give out no more jobs; those that were given out may be finished."""
        self._is_closed = True
        self._wake(len(self._waiters))

    async def take(self) -> Job | None:
        """Wait for the next job that may run; None once all are finished."""
        while self._unfinished and not self._is_closed:
            job = self._next()
            if job is not None:
                return job
            await self._something_happens()
        return None

    def finish(self, job: Job) -> None:
        """The job has its result."""
        self._unfinished -= 1
        self._release(job)
        if not self._unfinished:
            self._wake(len(self._waiters))

    def again(self, job: Job, seconds: float) -> None:
        """Run the job once more after a pause of its own."""
        self._serial += 1
        heapq.heappush(self._sleeping, (time.monotonic() + seconds, self._serial, job))
        self._release(job)

    def rest(self, job: Job, seconds: float) -> None:
        """Give the job back: its host may not be asked before that."""
        lane = self._lanes[job.host]
        lane.jobs.appendleft(job)
        lane.rests_until = time.monotonic() + seconds
        self._release(job)

    def hold(self, job: Job, seconds: float) -> None:
        """Give the job back until its host has a slot: when one of ours comes free.

        Where the host's slots are all in other hands, only looking again helps.
        """
        lane = self._lanes[job.host]
        if lane.active == 1:
            self.rest(job, seconds)
            return
        lane.jobs.appendleft(job)
        lane.active -= 1
        lane.is_held = True

    def _lane(self, job: Job) -> _Lane:
        return self._lanes.setdefault(job.host, _Lane())

    def _open(self, lane: _Lane) -> None:
        is_full = lane.is_held or lane.active >= self._per_host
        if lane.jobs and not lane.is_open and not is_full:
            lane.is_open = True
            # The longest queue decides when all is over: it comes first.
            if len(lane.jobs) * len(self._lanes) > self._unfinished:
                self._round.appendleft(lane)
            else:
                self._round.append(lane)
            self._wake(1)

    def _release(self, job: Job) -> None:
        lane = self._lanes[job.host]
        lane.active -= 1
        lane.is_held = False
        self._open(lane)
        if not lane.jobs and not lane.active:
            del self._lanes[job.host]

    def _next(self) -> Job | None:
        now = time.monotonic()
        while self._sleeping and self._sleeping[0][0] <= now:
            job = heapq.heappop(self._sleeping)[2]
            lane = self._lane(job)
            # What was begun is finished first.
            lane.jobs.appendleft(job)
            self._open(lane)
        for _ in range(len(self._round)):
            lane = self._round.popleft()
            if lane.rests_until > now:
                self._round.append(lane)
                continue
            lane.is_open = False
            if lane.is_held:
                continue
            lane.active += 1
            job = lane.jobs.popleft()
            self._open(lane)
            return job
        return None

    async def _something_happens(self) -> None:
        loop = asyncio.get_running_loop()
        waiter = loop.create_future()
        self._waiters.append(waiter)
        pause = self._pause()
        timer = loop.call_later(pause, _resolve, waiter) if pause is not None else None
        try:
            await waiter
        finally:
            if timer is not None:
                timer.cancel()

    def _pause(self) -> float | None:
        moments = [lane.rests_until for lane in self._round]
        if self._sleeping:
            moments.append(self._sleeping[0][0])
        return max(0.0, min(moments) - time.monotonic()) if moments else None

    def _wake(self, count: int) -> None:
        while count and self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                count -= 1


def _resolve(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
