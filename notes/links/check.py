"""The engine's door: checks many links at once, politely, and yields what it saw."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from sys import intern
from types import MappingProxyType

from notes.links import urls
from notes.links.chain import Chain
from notes.links.fetch import Fetcher
from notes.links.hosts import LocalHosts
from notes.links.inspect import Inspector
from notes.links.names import Names
from notes.links.observations import Version
from notes.links.policy import Policy
from notes.links.resolve import Resolver
from notes.links.results import Result
from notes.links.robots import Robots
from notes.links.run import Run
from notes.links.schedule import Job, Schedule, Target
from notes.links.verdicts import Verdict

__all__ = ["Policy", "Result", "Verdict", "Version", "check_urls"]

NO_VERSIONS: Mapping[str, Version] = MappingProxyType({})


async def check_urls(
    links: Iterable[str],
    *,
    policy: Policy,
    hosts: LocalHosts | None = None,
    resolver: Resolver | None = None,
    tls: ssl.SSLContext | None = None,
    versions: Mapping[str, Version] = NO_VERSIONS,
) -> AsyncIterator[Result]:
    """Check each distinct link once and yield its result as soon as it is known.

    A page whose version is known is sent again only if it has changed.
    """
    schedule = Schedule(policy.per_host)
    for refused in _plan(links, schedule, versions):
        yield refused
    async with (
        hosts or LocalHosts(policy.per_host) as slots,
        Fetcher(policy, resolver=resolver, tls=tls) as fetcher,
    ):
        run = _run(policy, schedule, fetcher, slots)
        runner = asyncio.create_task(run.all())
        try:
            while (result := await run.results.get()) is not None:
                yield result
            await runner
        finally:
            runner.cancel()
            await asyncio.gather(runner, return_exceptions=True)


def _run(
    policy: Policy, schedule: Schedule, fetcher: Fetcher, hosts: LocalHosts
) -> Run:
    chain = Chain(fetcher, hosts, policy)
    return Run(
        policy=policy,
        schedule=schedule,
        hosts=hosts,
        chain=chain,
        inspector=Inspector(chain, policy.max_body_bytes),
        names=Names(fetcher, policy.canary_host),
        robots=Robots(chain) if policy.is_robots_txt_obeyed else None,
        # Bounded, so that a slow reader slows the run and not the memory.
        results=asyncio.Queue(2 * policy.concurrency),
    )


def _plan(
    links: Iterable[str], schedule: Schedule, versions: Mapping[str, Version]
) -> Iterator[Result]:
    """Make one job per page; yield the results of links that cannot be asked for."""
    jobs: dict[str, Job] = {}
    refused: set[str] = set()
    for link in links:
        try:
            address = urls.parse(link)
        except urls.UrlError as error:
            if link not in refused:
                refused.add(link)
                yield Result(link, Verdict.UNSUPPORTED, str(error))
            continue
        # The text of a link and of its page is kept once.
        target = Target(link, address.fragment)
        page = link if address.page == link else address.page
        if page in jobs:
            jobs[page].add(target)
        else:
            written = () if page is link else (target,)
            jobs[page] = Job(page, intern(address.authority), written)
    for job in jobs.values():
        if not job.has_fragments:
            job.version = versions.get(job.page)
        schedule.add(job)
