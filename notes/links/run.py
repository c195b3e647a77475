"""One run: workers that take jobs, ask, try again where it may help, and conclude."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus

from notes.links.chain import Chain, Visit
from notes.links.conclude import result
from notes.links.hosts import SLOT_POLL_SECONDS, LocalHosts
from notes.links.inspect import Inspector, seen
from notes.links.names import Names
from notes.links.observations import Failure, FetchError
from notes.links.policy import Policy
from notes.links.results import Result
from notes.links.robots import Robots
from notes.links.schedule import Job, Schedule

RETRIED_FAILURES = frozenset(
    {
        Failure.CONNECTION_LOST,
        Failure.CONNECTION_REFUSED,
        Failure.NAME_UNAVAILABLE,
        Failure.PROTOCOL,
        Failure.TIMEOUT,
    }
)
HOST_FAILURES = frozenset({*RETRIED_FAILURES, Failure.NO_SUCH_NAME, Failure.TLS})
RETRIED_STATUSES = frozenset({408, 425, 429})
BEYOND_HTTP = 600
# Files of these kinds have no signs to read, so their bytes need not travel.
FILES = re.compile(
    r"\.(?:7z|apk|avi|bz2|csv|deb|dmg|docx?|epub|exe|gif|gz|ico|iso|jar|jpe?g|mov|mp[34]|"
    r"msi|odt|ogg|otf|pdf|png|pptx?|rar|rpm|svg|tar|tgz|ttf|wav|webm|webp|whl|woff2?|"
    r"xlsx?|xz|zip|zst)$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Run:
    """What the workers of one run share."""

    policy: Policy
    schedule: Schedule
    hosts: LocalHosts
    chain: Chain
    inspector: Inspector
    names: Names
    results: asyncio.Queue[Result | None]
    robots: Robots | None = None
    answering: set[str] = field(default_factory=set)
    failures: Counter[str] = field(default_factory=Counter)
    last_errors: dict[str, FetchError] = field(default_factory=dict)

    async def all(self) -> None:
        """Work until every job has its result or the time is up, then say so."""
        budget = self.policy.budget_seconds
        try:
            if budget is None:
                await self._all_at_once()
                return
            asyncio.get_running_loop().call_later(budget, self.schedule.close)
            # What was begun may be finished, if it is done in as much time again.
            with suppress(TimeoutError):
                async with asyncio.timeout(budget + self.policy.total_seconds):
                    await self._all_at_once()
        finally:
            await self.results.put(None)

    async def _all_at_once(self) -> None:
        async with asyncio.TaskGroup() as workers:
            for _ in range(min(self.policy.concurrency, len(self.schedule))):
                workers.create_task(self._work())

    async def _work(self) -> None:
        while (job := await self.schedule.take()) is not None:
            if error := await self._why_not(job):
                await self._emit(job, Visit(job.page, job.page, error=error))
                continue
            wait = await self.hosts.enter(job.host)
            if wait is None:
                self.schedule.hold(job, SLOT_POLL_SECONDS)
            elif wait > self.policy.max_wait_seconds:
                await self._emit(job, _not_asked(job, wait))
            elif wait:
                self.schedule.rest(job, wait)
            else:
                await self._try(job)

    async def _why_not(self, job: Job) -> FetchError | None:
        """Say why this page is not to be asked for at all, if it is not."""
        if self._is_given_up(job.host):
            return self.last_errors[job.host]
        if self.robots is None or await self.robots.allows(job.page):
            return None
        why = f"The robots.txt of {job.host} asks checks to stay away from this page."
        return FetchError(Failure.ROBOTS, why)

    async def _try(self, job: Job) -> None:
        started = time.monotonic()
        visit = await self.chain.follow(
            self._method(job),
            job.page,
            limit=self._limit(job),
            version=job.version,
        )
        job.elapsed_seconds += time.monotonic() - started
        if self._is_to_be_asked_plainly(job, visit):
            self.schedule.again(job, 0.0)
            return
        job.attempts += 1
        if visit.error is not None:
            await self.names.correct(visit)
        self._remember_host(job, visit)
        pause = self._pause_before_retry(job, visit)
        if pause is None:
            await self._emit(job, visit)
            return
        if not _is_throttled(visit):
            job.failures += (_what_failed(visit),)
        self.schedule.again(job, pause)

    def _is_to_be_asked_plainly(self, job: Job, visit: Visit) -> bool:
        """Some servers take offence at a HEAD or a condition, and not at a GET."""
        if _is_fine(visit):
            return False
        is_plain = visit.method != "HEAD" and job.version is None
        job.is_head_refused, job.version = True, None
        return not is_plain

    def _method(self, job: Job) -> str:
        is_file = FILES.search(job.page.partition("?")[0])
        return "HEAD" if is_file and not job.is_head_refused else "GET"

    def _limit(self, job: Job) -> int:
        """Anchors may stand far down, everything else shows at the top."""
        if job.has_fragments:
            return self.policy.max_fragment_bytes
        return self.policy.max_body_bytes

    def _pause_before_retry(self, job: Job, visit: Visit) -> float | None:
        """Return the seconds to wait before another try, or None for no more."""
        if job.attempts > self.policy.retries or not _may_be_cured(visit):
            return None
        if self._is_given_up(job.host):
            return None
        asked = visit.asked_wait or 0.0
        if asked > self.policy.max_wait_seconds:
            return None
        backoff = self.policy.backoff_seconds * (1 << job.attempts - 1)
        return max(asked, backoff * random.uniform(0.5, 1.0))  # noqa: S311

    def _remember_host(self, job: Job, visit: Visit) -> None:
        """Count what a host that never answered was asked, so as to stop in time."""
        if visit.response is not None:
            self.answering.add(job.host)
        elif visit.error and visit.error.failure in HOST_FAILURES:
            self.failures[job.host] += 1
            self.last_errors[job.host] = visit.error

    def _is_given_up(self, host: str) -> bool:
        return (
            self.failures[host] >= self.policy.max_host_failures
            and host not in self.answering
        )

    async def _emit(self, job: Job, visit: Visit) -> None:
        signs = await self.inspector.page_signs(visit)
        for link, fragment in job.targets:
            found = seen(job, visit, fragment, signs)
            await self.results.put(result(link, job, visit, found))
        self.schedule.finish(job)


def _not_asked(job: Job, wait: float) -> Visit:
    why = f"{job.host} asked to be left alone for {wait:.0f} s."
    error = FetchError(Failure.HOST_NOT_ASKED, why)
    return Visit(job.page, job.page, error=error)


def _is_fine(visit: Visit) -> bool:
    """A HEAD settles a link only when it says that all is well."""
    return visit.answer is not None and visit.answer.status < HTTPStatus.BAD_REQUEST


def _may_be_cured(visit: Visit) -> bool:
    if visit.error is not None:
        return visit.error.failure in RETRIED_FAILURES
    status = visit.response.status if visit.response else 0
    is_server_error = HTTPStatus.INTERNAL_SERVER_ERROR <= status < BEYOND_HTTP
    return status in RETRIED_STATUSES or is_server_error


def _is_throttled(visit: Visit) -> bool:
    """Being asked to come back later is no failure of the link."""
    if visit.answer is None:
        return False
    is_told = visit.answer.status == HTTPStatus.TOO_MANY_REQUESTS
    return is_told or visit.asked_wait is not None


def _what_failed(visit: Visit) -> str:
    if visit.error is not None:
        return str(visit.error)
    return f"answered {visit.response.status}" if visit.response else ""
