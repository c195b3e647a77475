"""The engine: checks many links at once, politely, and yields what it saw."""

from __future__ import annotations

import asyncio
import random
import ssl
import time
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp.abc import AbstractResolver

from notes.links import urls
from notes.links.chain import Chain, Visit
from notes.links.fetch import Fetcher
from notes.links.hosts import Hosts, LocalHosts
from notes.links.observations import Failure, FetchError, Hop, Seen
from notes.links.policy import Policy
from notes.links.schedule import Job, Schedule
from notes.links.verdicts import Judgement, Verdict, judge
from notes.links.waits import requested_wait

__all__ = ["Policy", "Result", "Verdict", "check_now", "check_urls"]

RETRIED_FAILURES = frozenset(
    {
        Failure.CONNECTION_LOST,
        Failure.CONNECTION_REFUSED,
        Failure.NAME_UNAVAILABLE,
        Failure.PROTOCOL,
        Failure.TIMEOUT,
    }
)
RETRIED_STATUSES = frozenset({408, 425, 429})
BEYOND_HTTP = 600
NAME_THREADS = 32


@dataclass(frozen=True, slots=True)
class Result:
    """What was seen of one link, as it was given, and the verdict on it."""

    url: str
    verdict: Verdict
    reason: str
    status: int | None = None
    final_url: str = ""
    redirects: tuple[Hop, ...] = ()
    attempts: int = 0
    elapsed_ms: int = 0
    etag: str = ""
    last_modified: str = ""


def check_now(
    links: Iterable[str],
    *,
    policy: Policy,
    hosts: Hosts | None = None,
    tls: ssl.SSLContext | None = None,
) -> list[Result]:
    """Check all links and return when the last one is done, in no set order."""

    async def collect() -> list[Result]:
        loop = asyncio.get_running_loop()
        # The default pool has few threads, and a slow name would hold them all.
        loop.set_default_executor(ThreadPoolExecutor(NAME_THREADS))
        found = check_urls(links, policy=policy, hosts=hosts, tls=tls)
        return [result async for result in found]

    return asyncio.run(collect())


async def check_urls(
    links: Iterable[str],
    *,
    policy: Policy,
    hosts: Hosts | None = None,
    resolver: AbstractResolver | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Result]:
    """Check each distinct link once and yield its result as soon as it is known."""
    schedule = Schedule(policy.per_host)
    for refused in _plan(links, schedule):
        yield refused
    results: asyncio.Queue[Result | None] = asyncio.Queue(2 * policy.concurrency)
    async with Fetcher(policy, resolver=resolver, tls=tls) as fetcher:
        shared = hosts or LocalHosts(policy.per_host)
        run = _Run(policy, schedule, fetcher, shared, results)
        runner = asyncio.create_task(run.all())
        try:
            while (result := await results.get()) is not None:
                yield result
            await runner
        finally:
            runner.cancel()
            await asyncio.gather(runner, return_exceptions=True)


def _plan(links: Iterable[str], schedule: Schedule) -> Iterable[Result]:
    """Make one job per page; yield the results of links that cannot be asked for."""
    jobs: dict[str, Job] = {}
    for link in dict.fromkeys(links):
        try:
            address = urls.parse(link)
        except urls.UrlError as error:
            yield Result(link, Verdict.UNSUPPORTED, str(error))
            continue
        job = jobs.get(address.page)
        if job is None:
            job = jobs[address.page] = Job(address.page, address.authority, [])
        job.targets.append((link, address.fragment))
    for job in jobs.values():
        schedule.add(job)


@dataclass(slots=True)
class _Run:
    policy: Policy
    schedule: Schedule
    fetcher: Fetcher
    hosts: Hosts
    results: asyncio.Queue[Result | None]

    async def all(self) -> None:
        """Work until every job has its result, then say so."""
        try:
            async with asyncio.TaskGroup() as workers:
                for _ in range(min(self.policy.concurrency, len(self.schedule))):
                    workers.create_task(self._work())
        finally:
            await self.results.put(None)

    async def _work(self) -> None:
        while (job := await self.schedule.take()) is not None:
            wait = await self.hosts.enter(job.host)
            if wait > self.policy.max_wait_seconds:
                await self._emit(job, _not_asked(job, wait))
            elif wait:
                self.schedule.rest(job, wait)
            else:
                await self._try(job)

    async def _try(self, job: Job) -> None:
        started = time.monotonic()
        chain = Chain(self.fetcher, self.hosts, self.policy)
        visit = await chain.follow("GET", job.page, limit=self.policy.max_body_bytes)
        job.attempts += 1
        job.elapsed_seconds += time.monotonic() - started
        pause = self._pause_before_retry(job, visit)
        if pause is None:
            await self._emit(job, visit)
            return
        if not _is_throttled(visit):
            job.failures.append(_what_failed(visit))
        self.schedule.again(job, pause)

    def _pause_before_retry(self, job: Job, visit: Visit) -> float | None:
        """Return the seconds to wait before another try, or None for no more."""
        if job.attempts > self.policy.retries or not _may_be_cured(visit):
            return None
        asked = _asked_wait(visit) or 0.0
        if asked > self.policy.max_wait_seconds:
            return None
        backoff = self.policy.backoff_seconds * (1 << job.attempts - 1)
        return max(asked, backoff * random.uniform(0.5, 1.0))  # noqa: S311

    async def _emit(self, job: Job, visit: Visit) -> None:
        for link, fragment in job.targets:
            seen = _seen(job, visit, fragment)
            await self.results.put(_result(link, job, visit, judge(seen)))
        self.schedule.finish(job)


def _not_asked(job: Job, wait: float) -> Visit:
    message = f"{job.host} asked to be left alone for {wait:.0f} s."
    return Visit(job.page, error=FetchError(Failure.HOST_ASKED_TO_WAIT, message))


def _may_be_cured(visit: Visit) -> bool:
    if visit.error is not None:
        return visit.error.failure in RETRIED_FAILURES
    status = visit.response.status if visit.response else 0
    return (
        status in RETRIED_STATUSES
        or HTTPStatus.INTERNAL_SERVER_ERROR <= status < BEYOND_HTTP
    )


def _asked_wait(visit: Visit) -> float | None:
    return requested_wait(visit.response.headers) if visit.response else None


def _is_throttled(visit: Visit) -> bool:
    """Being asked to come back later is no failure of the link."""
    if visit.error is not None or visit.response is None:
        return False
    return (
        visit.response.status == HTTPStatus.TOO_MANY_REQUESTS
        or _asked_wait(visit) is not None
    )


def _what_failed(visit: Visit) -> str:
    if visit.error is not None:
        return str(visit.error)
    return f"answered {visit.response.status}" if visit.response else ""


def _seen(job: Job, visit: Visit, fragment: str) -> Seen:
    is_answer = visit.error is None and visit.response is not None
    return Seen(
        url=job.page,
        final_url=visit.url,
        hops=tuple(visit.hops),
        status=visit.response.status if is_answer and visit.response else None,
        failure=visit.error.failure if visit.error else None,
        message=str(visit.error or ""),
        fragment=fragment,
        retry_after_seconds=_asked_wait(visit),
        earlier_failures=tuple(job.failures),
    )


def _result(link: str, job: Job, visit: Visit, judgement: Judgement) -> Result:
    response = visit.response
    headers = response.headers if response and visit.error is None else {}
    return Result(
        url=link,
        verdict=judgement.verdict,
        reason=judgement.reason[:300],
        status=response.status if response else None,
        final_url=visit.url,
        redirects=tuple(visit.hops),
        attempts=job.attempts,
        elapsed_ms=round(job.elapsed_seconds * 1000),
        etag=headers.get("ETag", ""),
        last_modified=headers.get("Last-Modified", ""),
    )
