"""Redirects followed by hand: every hop is asked for, bounded and remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp
from yarl import URL

from notes.links import urls
from notes.links.fetch import Fetcher, Response
from notes.links.hosts import Hosts
from notes.links.observations import Failure, FetchError, Hop
from notes.links.policy import Policy
from notes.links.waits import requested_wait

REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(slots=True)
class Visit:
    """Where a chain has got to, also when it broke on the way."""

    url: str
    hops: list[Hop] = field(default_factory=list)
    response: Response | None = None
    error: FetchError | None = None
    requests: int = 0


class Chain:
    """Follows one link; cookies live as long as the chain and no longer."""

    def __init__(self, fetcher: Fetcher, hosts: Hosts, policy: Policy) -> None:
        self._fetcher = fetcher
        self._hosts = hosts
        self._policy = policy
        self._cookies: aiohttp.CookieJar | None = None

    async def follow(self, method: str, page: str, *, limit: int) -> Visit:
        """Follow the redirects of a page whose host has been entered already."""
        visit = Visit(page)
        seen = {page}
        try:
            while True:
                visit.response = await self._ask(method, visit.url, limit)
                visit.requests += 1
                target = self._target(visit, seen)
                if target is None:
                    return visit
                visit.hops.append(Hop(visit.url, visit.response.status, target))
                visit.url = target
                await self._enter(urls.parse(target).authority)
        except FetchError as error:
            visit.error = error
            return visit

    async def _ask(self, method: str, url: str, limit: int) -> Response:
        host = urls.parse(url).authority
        status: int | None = None
        wait: float | None = None
        try:
            response = await self._fetcher.request(
                method, url, limit=limit, headers=self._headers(url)
            )
            status, wait = response.status, requested_wait(response.headers)
            self._keep_cookies(url, response)
            return response
        finally:
            await self._hosts.leave(host, status, wait)

    def _target(self, visit: Visit, seen: set[str]) -> str | None:
        """Return the next page, or None at the end of the chain."""
        response = visit.response
        if response is None or response.status not in REDIRECTS:
            return None
        location = response.headers.get("Location", "")
        if not location.strip():
            raise FetchError(
                Failure.REDIRECT_NOWHERE,
                f"Answered {response.status} without saying where to go.",
            )
        target = _resolved(visit.url, location)
        if len(visit.hops) >= self._policy.max_redirects:
            raise FetchError(
                Failure.TOO_MANY_REDIRECTS,
                f"More than {self._policy.max_redirects} redirects.",
            )
        # A page may redirect to itself once it has set its cookie.
        if target in seen and not response.set_cookies:
            raise FetchError(Failure.REDIRECT_LOOP, f"Redirects in a loop to {target}.")
        seen.add(target)
        return target

    async def _enter(self, host: str) -> None:
        patience = self._policy.max_wait_seconds
        while wait := await self._hosts.enter(host):
            patience -= wait
            if patience < 0:
                raise FetchError(
                    Failure.HOST_ASKED_TO_WAIT,
                    f"{host} could not be asked again soon enough.",
                )
            await asyncio.sleep(wait)

    def _headers(self, url: str) -> Mapping[str, str] | None:
        if self._cookies is None:
            return None
        found = self._cookies.filter_cookies(URL(url, encoded=True))
        pairs = "; ".join(f"{name}={morsel.value}" for name, morsel in found.items())
        return {"Cookie": pairs} if pairs else None

    def _keep_cookies(self, url: str, response: Response) -> None:
        if response.set_cookies and response.status in REDIRECTS:
            self._cookies = self._cookies or aiohttp.CookieJar(unsafe=True)
            self._cookies.update_cookies_from_headers(
                response.set_cookies, URL(url, encoded=True)
            )


def _resolved(base: str, location: str) -> str:
    try:
        return urls.normalise(urls.join(base, location))
    except ValueError as error:
        raise FetchError(
            Failure.REDIRECT_UNSUPPORTED,
            f"Redirects to {location[:120]!r}, which cannot be followed.",
        ) from error
