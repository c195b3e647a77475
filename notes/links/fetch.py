"""The only outbound HTTP of the app: one guarded, bounded request at a time."""

from __future__ import annotations

import asyncio
import ssl
import zlib
from collections.abc import Mapping
from types import MappingProxyType, TracebackType
from typing import Self

from notes.links import urls
from notes.links.connect import Connector
from notes.links.exchange import RAW, NotHttpError, Request, Response, StaleError
from notes.links.observations import Failure, FetchError, brief
from notes.links.policy import Policy
from notes.links.pool import Pool
from notes.links.resolve import Addresses, Resolver, SystemResolver

GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
NO_HEADERS: Mapping[str, str] = MappingProxyType({})
ASKED = {
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Accept-Encoding": "gzip, deflate",
    "Accept-Language": "en,*;q=0.5",
}


class Fetcher:
    """Connections of which every socket passes the guard; use it as `async with`."""

    def __init__(
        self,
        policy: Policy,
        *,
        resolver: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._policy = policy
        self._addresses = Addresses(resolver or SystemResolver())
        self._connector = Connector(policy, self._addresses, tls)
        self._always = _lines({"User-Agent": policy.user_agent, **ASKED})

    async def __aenter__(self) -> Self:
        self._pool = Pool()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.close()
        self._addresses.close()

    async def knows(self, host: str) -> bool:
        """Tell whether DNS has this name."""
        try:
            return bool(await self._addresses.of(host, 443))
        except OSError:
            return False

    async def request(
        self,
        method: str,
        url: str,
        *,
        limit: int,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> Response:
        """Ask once, follow nothing; raise `FetchError` where no answer came."""
        scheme, _, authority, target = url.split("/", 3)
        asked = f"{method} /{target} HTTP/1.1\r\nHost: {authority}\r\n"
        request = Request(
            f"{asked}{self._always}{_lines(headers)}\r\n".encode(errors=RAW),
            limit=limit,
            deadline=asyncio.get_running_loop().time() + self._policy.total_seconds,
            body_seconds=self._policy.body_seconds,
            has_body=method != "HEAD",
        )
        try:
            response = await self._ask(f"{scheme}//{authority}", request)
        except TimeoutError as error:
            why = "The server did not answer in time."
            raise FetchError(Failure.TIMEOUT, why) from error
        except OSError as error:
            raise FetchError(Failure.CONNECTION_LOST, "The server hung up.") from error
        except (NotHttpError, UnicodeError) as error:
            why = f"The server did not speak HTTP: {brief(error)}."
            raise FetchError(Failure.PROTOCOL, why) from error
        return _decompressed(response, limit)

    async def _ask(self, origin: str, request: Request) -> Response:
        """Ask on a connection that is there already, or else on a new one."""
        connection = self._pool.take(origin)
        try:
            if connection is None:
                async with asyncio.timeout_at(request.deadline):
                    connection = await self._connector.open(urls.parse(origin))
            response = await connection.ask(request)
        except StaleError:
            return await self._ask(origin, request)
        if connection.is_open:
            self._pool.keep(origin, connection)
        return response


def _lines(headers: Mapping[str, str]) -> str:
    return "".join([f"{name}: {_one_line(text)}\r\n" for name, text in headers.items()])


def _one_line(text: str) -> str:
    """A header of somebody else's making cannot end its line and begin another."""
    return " ".join(text.splitlines())


def _decompressed(response: Response, limit: int) -> Response:
    """Undo gzip or deflate up to the limit; whatever else came is not read."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in {"", "identity"}:
        return response
    body = b""
    if encoding in {"gzip", "x-gzip", "deflate"}:
        try:
            body = zlib.decompressobj(GZIP_OR_ZLIB).decompress(response.body, limit)
        except zlib.error:
            body = b""
    return response._replace(body=body)
