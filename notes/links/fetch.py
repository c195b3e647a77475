"""The only outbound HTTP of the app: one guarded, bounded request at a time."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
import zlib
from collections.abc import Mapping
from types import TracebackType
from typing import NamedTuple, Self

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from notes.links.addresses import AddressRefusedError, guarded_sockets
from notes.links.observations import Failure, FetchError
from notes.links.policy import Policy

Resolver = AbstractResolver
GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
READABLE = ("text/", "application/json", "application/xhtml", "application/xml")
NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
NO_ROUTE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL}
# The codes of OpenSSL's X509_verify_cert_error_string that servers really show.
CERTIFICATE_FAULTS = {
    9: "is not valid yet",
    10: "has expired",
    18: "is self-signed",
    19: "comes from an authority that nobody knows",
    20: "comes from an authority that nobody knows, or its chain is incomplete",
    21: "comes without the rest of its chain",
    23: "was revoked",
    62: "is for another host",
    64: "is for another address",
}
ASKED = {
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Accept-Encoding": "gzip, deflate",
    "Accept-Language": "en,*;q=0.5",
}


class Response(NamedTuple):
    """One answer: as much of the body as was asked for, already decompressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_complete: bool
    set_cookies: tuple[str, ...] = ()


class Cookies:
    """The cookies of one chain of redirects."""

    def __init__(self) -> None:
        self._jar = aiohttp.CookieJar(unsafe=True)

    def keep(self, url: str, set_cookies: tuple[str, ...]) -> None:
        """Remember what an answer set."""
        self._jar.update_cookies_from_headers(set_cookies, URL(url, encoded=True))

    def headers(self, url: str) -> dict[str, str]:
        """Return the header that takes them to the next page."""
        found = self._jar.filter_cookies(URL(url, encoded=True))
        pairs = "; ".join(f"{name}={morsel.value}" for name, morsel in found.items())
        return {"Cookie": pairs} if pairs else {}


class Fetcher:
    """A session whose every socket passes the guard; use it as `async with`."""

    def __init__(
        self,
        policy: Policy,
        *,
        resolver: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._policy = policy
        self._given_resolver = resolver
        self._tls = tls

    async def __aenter__(self) -> Self:
        policy = self._policy
        self._resolver = self._given_resolver or aiohttp.ThreadedResolver()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                # The schedule bounds the connections; a second bound would only queue.
                limit=0,
                resolver=self._resolver,
                socket_factory=guarded_sockets(policy),
                ssl=self._tls or True,
            ),
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": policy.user_agent, **ASKED},
            max_field_size=65_536,
            max_line_size=65_536,
            timeout=aiohttp.ClientTimeout(
                total=policy.total_seconds, sock_connect=policy.connect_seconds
            ),
            trust_env=False,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def knows(self, host: str) -> bool:
        """Tell whether DNS has this name."""
        try:
            return bool(await self._resolver.resolve(host, 443))
        except OSError:
            return False

    async def request(
        self,
        method: str,
        url: str,
        *,
        limit: int,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Ask once, follow nothing; raise `FetchError` where no answer came."""
        try:
            async with self._session.request(
                method, URL(url, encoded=True), headers=headers, allow_redirects=False
            ) as answer:
                raw, is_complete = await self._read(answer, limit)
                return Response(
                    status=answer.status,
                    headers=answer.headers,
                    body=_decompressed(raw, answer.headers, limit),
                    is_complete=is_complete,
                    set_cookies=tuple(answer.headers.getall("Set-Cookie", ())),
                )
        except (aiohttp.ClientError, OSError, UnicodeError, ValueError) as error:
            raise _explained(error) from error

    async def _read(
        self, answer: aiohttp.ClientResponse, limit: int
    ) -> tuple[bytes, bool]:
        """Read up to the limit, then hang up rather than drain what nobody reads."""
        if not _is_worth_reading(answer, limit):
            answer.close()
            return b"", False
        if answer.content.is_eof():
            # It came with the headers, as most pages do: no clock need be set.
            return answer.content.read_nowait(limit), answer.content.at_eof()
        raw = bytearray()
        try:
            async with asyncio.timeout(self._policy.body_seconds):
                while len(raw) < limit:
                    chunk = await answer.content.readany()
                    if not chunk:
                        return bytes(raw), True
                    raw += chunk
        except (TimeoutError, aiohttp.ClientError, OSError):
            # The headers came, and they are what a verdict needs.
            pass
        answer.close()
        return bytes(raw[:limit]), False


def _is_worth_reading(answer: aiohttp.ClientResponse, limit: int) -> bool:
    """Pages are read for their signs, small bodies to keep the connection."""
    if answer.content_type.startswith(READABLE):
        return True
    return answer.content_length is not None and answer.content_length <= limit


def _decompressed(raw: bytes, headers: Mapping[str, str], limit: int) -> bytes:
    """Undo gzip or deflate up to the limit; whatever else came is not read."""
    encoding = headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in {"", "identity"}:
        return raw
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        return b""
    try:
        return zlib.decompressobj(GZIP_OR_ZLIB).decompress(raw, limit)
    except zlib.error:
        return b""


def _explained(error: Exception) -> FetchError:
    """Name what went wrong, from the most particular kind to the least."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return _bad_certificate(error.certificate_error)
        case aiohttp.ClientConnectorDNSError():
            return _no_name(error.host, error.os_error)
        case aiohttp.ClientConnectorError():
            return _no_connection(error.os_error)
        case TimeoutError():
            return FetchError(Failure.TIMEOUT, "The server did not answer in time.")
        case (
            OSError() | aiohttp.ServerDisconnectedError() | aiohttp.ClientPayloadError()
        ):
            return FetchError(Failure.CONNECTION_LOST, "The server hung up.")
        case _:
            return FetchError(
                Failure.PROTOCOL, f"The server did not speak HTTP: {_brief(error)}."
            )


def _bad_certificate(error: Exception) -> FetchError:
    code = getattr(error, "verify_code", 0)
    why = CERTIFICATE_FAULTS.get(code) or getattr(error, "verify_message", "")
    return FetchError(Failure.TLS, f"Its certificate {why or _brief(error)}.")


def _no_name(host: str, error: OSError) -> FetchError:
    if error.errno in NO_SUCH_NAME:
        return FetchError(Failure.NO_SUCH_NAME, f"DNS knows no host {host}.")
    return FetchError(
        Failure.NAME_UNAVAILABLE, f"DNS could not be asked for {host}: {_brief(error)}."
    )


def _no_connection(error: OSError) -> FetchError:
    if isinstance(error, AddressRefusedError):
        return FetchError(Failure.ADDRESS_REFUSED, str(error.strerror))
    if isinstance(error, ssl.SSLError):
        reason = (error.reason or _brief(error)).replace("_", " ").lower()
        return FetchError(Failure.TLS, f"No TLS connection could be made: {reason}.")
    if error.errno == errno.ECONNREFUSED:
        return FetchError(
            Failure.CONNECTION_REFUSED, "The server refused the connection."
        )
    if error.errno in NO_ROUTE:
        return FetchError(Failure.NO_ROUTE, f"No route to the host: {_brief(error)}.")
    return FetchError(Failure.CONNECTION_LOST, f"No connection: {_brief(error)}.")


def _brief(error: Exception) -> str:
    text = getattr(error, "strerror", None) or getattr(error, "message", None) or error
    return " ".join(str(text).split())[:160].rstrip(".")
