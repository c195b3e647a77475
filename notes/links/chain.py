"""Redirects followed by hand: every hop is asked for, bounded and remembered."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from functools import cached_property

from notes.links import urls
from notes.links.cookies import Cookies
from notes.links.exchange import Response
from notes.links.fetch import Fetcher
from notes.links.hosts import SLOT_POLL_SECONDS, Heard, LocalHosts
from notes.links.observations import Failure, FetchError, Hop, Version
from notes.links.policy import Policy
from notes.links.waits import NONE, plea

NO = (None, NONE)
REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass
class Visit:
    """Where a chain has got to, also when it broke on the way."""

    start: str
    url: str
    method: str = "GET"
    hops: list[Hop] = field(default_factory=list)
    response: Response | None = None
    error: FetchError | None = None
    cookies: Cookies | None = None
    version: Version | None = None
    # The seconds for which the last answer asked not to come back.
    asked_wait: float | None = None

    @property
    def host(self) -> str:
        """The host that the chain has got to, with its port if it is unusual."""
        return urls.authority(self.url)

    @property
    def answer(self) -> Response | None:
        """The last answer, if it is where the chain ended."""
        return self.response if self.error is None else None

    @cached_property
    def text(self) -> str:
        """The answer's body as text; what is not UTF-8 in it does not matter."""
        return self.response.body.decode(errors="replace") if self.response else ""


class Chain:
    """Follows links; cookies live as long as one link's chain and no longer."""

    def __init__(self, fetcher: Fetcher, hosts: LocalHosts, policy: Policy) -> None:
        self._fetcher = fetcher
        self._hosts = hosts
        self._policy = policy

    async def visit(self, method: str, page: str, *, limit: int) -> Visit:
        """Wait for a slot of the page's host, then follow."""
        try:
            await self._enter(urls.authority(page))
        except FetchError as error:
            return Visit(page, page, method, error=error)
        return await self.follow(method, page, limit=limit)

    async def follow(
        self, method: str, page: str, *, limit: int, version: Version | None = None
    ) -> Visit:
        """Follow the redirects of a page whose host has been entered already."""
        visit = Visit(page, page, method, version=version)
        seen = {page}
        try:
            while await self._step(visit, limit, seen):
                await self._enter(visit.host)
        except FetchError as error:
            visit.error = error
        return visit

    async def _step(self, visit: Visit, limit: int, seen: set[str]) -> bool:
        """Ask for the page that the chain has got to; tell whether it leads on."""
        response = visit.response = await self._ask(visit, limit)
        if response.status not in REDIRECTS:
            return False
        if response.set_cookies:
            visit.cookies = visit.cookies or Cookies()
            visit.cookies.keep(visit.url, response.set_cookies)
        target = _target(visit.url, response)
        visit.hops.append(Hop(visit.url, response.status, target))
        if len(visit.hops) > self._policy.max_redirects:
            many = f"More than {self._policy.max_redirects} redirects."
            raise FetchError(Failure.TOO_MANY_REDIRECTS, many)
        # A page may redirect to itself once it has set its cookie.
        if target in seen and not response.set_cookies:
            raise FetchError(Failure.REDIRECT_LOOP, f"Redirects in a loop to {target}.")
        seen.add(target)
        visit.url = target
        return True

    async def _ask(self, visit: Visit, limit: int) -> Response:
        headers = visit.cookies.headers(visit.url) if visit.cookies else {}
        if visit.version and visit.version.url == visit.url:
            headers |= visit.version.headers
        response, started = None, time.monotonic()
        try:
            response = await self._fetcher.request(
                visit.method, visit.url, limit=limit, headers=headers
            )
            return response
        finally:
            status, said = (response.status, plea(response.headers)) if response else NO
            visit.asked_wait = said.wait_seconds
            seconds = time.monotonic() - started
            self._hosts.leave(visit.host, Heard(status, seconds, *said))

    async def _enter(self, host: str) -> None:
        patience = self._policy.max_wait_seconds
        while (wait := await self._hosts.enter(host)) != 0.0:
            wait = SLOT_POLL_SECONDS if wait is None else wait
            patience -= wait
            if patience < 0:
                why = f"{host} could not be asked again soon enough."
                raise FetchError(Failure.HOST_NOT_ASKED, why)
            await asyncio.sleep(wait)


def _target(base: str, response: Response) -> str:
    location = response.headers.get("location", "").strip()
    if not location:
        why = f"Answered {response.status} without saying where to go."
        raise FetchError(Failure.REDIRECT_NOWHERE, why)
    try:
        return urls.normalise(urls.join(base, location))
    except ValueError as error:
        why = f"Redirects to {location[:120]!r}, which cannot be followed."
        raise FetchError(Failure.REDIRECT_UNSUPPORTED, why) from error
