"""Mail addresses in links: well-formed, and does somebody take mail for their host?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from urllib.parse import unquote

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from dns.asyncresolver import Resolver
from dns.exception import DNSException
from dns.rdatatype import RdataType
from dns.resolver import NXDOMAIN

from notes.links.hostnames import HostError, read_host
from notes.links.results import Result
from notes.links.verdicts import Verdict

SCHEME = "mailto:"
LOOKUP_SECONDS = 5.0
NO_MAIL_HERE = "."  # RFC 7505: a host that says so takes none

Judged = tuple[Verdict, str]


class NotAnsweredError(Exception):
    """DNS could not be asked, or gave no answer."""


def is_mail(url: str) -> bool:
    return url[: len(SCHEME)].lower() == SCHEME


def addresses(url: str) -> list[str]:
    """Return whom a link is to, their hosts in the one form that DNS knows."""
    to = unquote(url[len(SCHEME) :].partition("?")[0])
    return [_with_ascii_host(one.strip()) for one in to.split(",") if one.strip()]


def normalise(url: str) -> str:
    """Return the link without what goes into the mail besides its addresses."""
    return SCHEME + ",".join(addresses(url))


async def look(
    urls: Iterable[str], *, canary_host: str, resolver: Resolver | None = None
) -> AsyncIterator[Result]:
    """Look at each link; each host is asked for once."""
    hosts = _Hosts(canary_host, resolver)
    tasks = [asyncio.create_task(_look_at(url, hosts)) for url in urls]
    try:
        for task in asyncio.as_completed(tasks):
            yield await task
    finally:
        for task in tasks:
            task.cancel()


def look_now(urls: Iterable[str], *, canary_host: str) -> list[Result]:
    async def collect() -> list[Result]:
        return [result async for result in look(urls, canary_host=canary_host)]

    return asyncio.run(collect())


async def _look_at(url: str, hosts: _Hosts) -> Result:
    verdict, reason = Verdict.ALIVE, "It leaves the address to the reader."
    for address in addresses(url):
        try:
            validate_email(address)
        except ValidationError:
            verdict, reason = Verdict.DEAD, f"{address[:120]} is not a mail address."
        else:
            verdict, reason = await hosts.judge(address.rpartition("@")[2])
        if verdict == Verdict.DEAD:
            break
    return Result(url, verdict, reason, attempts=1)


class _Hosts:
    """What DNS says of the hosts of one run."""

    def __init__(self, canary_host: str, resolver: Resolver | None) -> None:
        self._canary_host = canary_host
        self._resolver = resolver
        self._known: dict[str, asyncio.Task[Judged]] = {}
        self._canary: asyncio.Task[set[str]] | None = None

    async def judge(self, host: str) -> Judged:
        if host not in self._known:
            self._known[host] = asyncio.create_task(self._judge(host))
        return await asyncio.shield(self._known[host])

    async def _judge(self, host: str) -> Judged:
        try:
            return await self._ask(host)
        except NotAnsweredError:
            why = f"whether {host} takes mail could not be looked up"
            return Verdict.ALIVE, f"The address is well-formed; {why}."

    async def _ask(self, host: str) -> Judged:
        """Ask as mail servers do: for its mail hosts, else for the host itself."""
        servers = await self._lookup(host, RdataType.MX)
        if servers == {NO_MAIL_HERE}:
            return Verdict.DEAD, f"{host} says that it takes no mail."
        if servers:
            return Verdict.ALIVE, f"{host} takes mail at {min(servers)[:120]}."
        for kind in (RdataType.A, RdataType.AAAA):
            if await self._lookup(host, kind):
                return Verdict.ALIVE, f"{host} names no mail server, so it is its own."
        if not await self._is_dns_there():
            raise NotAnsweredError
        return Verdict.DEAD, f"DNS knows nobody who takes mail for {host}."

    async def _lookup(self, host: str, kind: RdataType) -> set[str]:
        """Return what DNS has; nothing where it knows no such host."""
        try:
            self._resolver = self._resolver or Resolver()
            answer = await self._resolver.resolve(
                host, kind, lifetime=LOOKUP_SECONDS, raise_on_no_answer=False
            )
        except NXDOMAIN:
            return set()
        except (DNSException, OSError) as error:
            raise NotAnsweredError from error
        found = answer.rrset or ()
        return {str(getattr(one, "exchange", one)).rstrip(".") or "." for one in found}

    async def _is_dns_there(self) -> bool:
        """A resolver that knows no host at all says nothing about this one."""
        if self._canary is None:
            lookup = self._lookup(self._canary_host, RdataType.A)
            self._canary = asyncio.create_task(lookup)
        return bool(await asyncio.shield(self._canary))


def _with_ascii_host(address: str) -> str:
    name, at, host = address.rpartition("@")
    try:
        return name + at + read_host(host)
    except HostError:
        return address
