"""A zoo of web servers on loopback addresses, one kind of trouble each.

Every host has an address of its own between 127.0.0.2 and 127.0.0.40; all of one
scheme share a port. Animals that break HTTP itself are raw sockets.
"""

from __future__ import annotations

import asyncio
import datetime
import gzip
import ipaddress
import ssl
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import trustme
from aiohttp import web

from notes.links.check import Policy

LOOPBACK = ipaddress.IPv4Network("127.0.0.0/8")
ARTICLE = " ".join(["word"] * 400)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
RawHandler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def policy(**changes: object) -> Policy:
    """The defaults of a test: loopback is open and nothing is waited for long."""
    quick = {"backoff_seconds": 0.02, "body_seconds": 0.5, "total_seconds": 2.0}
    return Policy(allow_networks=(LOOPBACK,), **(quick | changes))  # type: ignore[arg-type]


def html(title: str, body: str = ARTICLE, *, head: str = "") -> web.Response:
    text = f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>"
    return web.Response(text=text, content_type="text/html")


@dataclass
class Zoo:
    """Starts its hosts on first use; counts every request by host and path."""

    requests: Counter[str] = field(default_factory=Counter)
    seen_at: dict[str, list[float]] = field(default_factory=dict)
    port: int = 0
    tls_port: int = 0
    authority: trustme.CA = field(default_factory=trustme.CA)
    _closers: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    _last: int = 1

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for close in reversed(self._closers):
            await close()

    def client_tls(self) -> ssl.SSLContext:
        """What a client needs to trust the zoo's own authority."""
        context = ssl.create_default_context()
        self.authority.configure_trust(context)
        return context

    async def host(self, handler: Handler, *, tls: ssl.SSLContext | None = None) -> str:
        """Open a new host and return its base URL."""
        address = self._next_address()

        async def counted(request: web.Request) -> web.StreamResponse:
            key = f"{request.method} {address}{request.path_qs}"
            self.requests[key] += 1
            now = asyncio.get_running_loop().time()
            self.seen_at.setdefault(address, []).append(now)
            return await handler(request)

        # Unread requests are animals too; nobody waits for their cleanup.
        runner = web.ServerRunner(
            web.Server(counted, access_log=None), shutdown_timeout=0.1
        )
        await runner.setup()
        self._closers.append(runner.cleanup)
        site = web.TCPSite(runner, address, self._port(tls), ssl_context=tls)
        await site.start()
        port = runner.addresses[0][1]
        if tls is None:
            self.port = port
            return f"http://{address}:{port}"
        self.tls_port = port
        return f"https://{address}:{port}"

    async def raw_host(self, handler: RawHandler) -> str:
        """Open a host that speaks whatever it likes."""
        address = self._next_address()

        async def closing(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            self.requests[address] += 1
            try:
                await handler(reader, writer)
            except (ConnectionError, asyncio.CancelledError):
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(closing, address, self.port)
        self.port = server.sockets[0].getsockname()[1]

        async def close() -> None:
            server.close()

        self._closers.append(close)
        return f"http://{address}:{self.port}"

    async def tls_host(self, fault: str = "", handler: Handler | None = None) -> str:
        """Open an https host whose certificate has the named fault, or none."""
        address = f"127.0.0.{self._last + 1}"
        now = datetime.datetime.now(datetime.UTC)
        day = datetime.timedelta(days=1)
        names = ["127.0.0.99"] if fault == "other host" else [address]
        authority = trustme.CA() if fault == "unknown authority" else self.authority
        certificate = authority.issue_cert(
            *names,
            not_before=now + day if fault == "not yet" else now - 3 * day,
            not_after=now - day if fault == "expired" else now + 3 * day,
        )
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        certificate.configure_cert(context)
        return await self.host(handler or answer_ok, tls=context)

    def _next_address(self) -> str:
        self._last += 1
        return f"127.0.0.{self._last}"

    def _port(self, tls: ssl.SSLContext | None) -> int:
        return self.port if tls is None else self.tls_port


async def answer_ok(request: web.Request) -> web.StreamResponse:
    return html("A page")


async def answer_status(request: web.Request) -> web.StreamResponse:
    """Answer with the status that the path names."""
    return web.Response(status=int(request.path.strip("/")))


def fails_first(times: int, status: int, **headers: str) -> Handler:
    """Fail each path the given number of times, then answer."""
    failures: Counter[str] = Counter()

    async def handler(request: web.Request) -> web.StreamResponse:
        failures[request.path] += 1
        if failures[request.path] <= times:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return web.Response(status=status, headers=named)
        return html("A page")

    return handler


def redirects(*hops: tuple[str, int, str]) -> Handler:
    """Redirect by a table of path, status and target; anything else is a page."""
    table = {path: (status, target) for path, status, target in hops}

    async def handler(request: web.Request) -> web.StreamResponse:
        found = table.get(request.path)
        if found is None:
            return html("A page")
        return web.Response(status=found[0], headers={"Location": found[1]})

    return handler


def pages(**table: web.Response | str) -> Handler:
    """Answer the named paths; a text is a title, and every other path is a 404."""

    async def handler(request: web.Request) -> web.StreamResponse:
        found = table.get(request.path.strip("/"))
        if found is None:
            return web.Response(status=404)
        if isinstance(found, str):
            return html(found)
        return web.Response(body=found.body, status=found.status, headers=found.headers)

    return handler


def always(response: Callable[[], web.Response]) -> Handler:
    """Answer every path alike."""

    async def handler(request: web.Request) -> web.StreamResponse:
        return response()

    return handler


async def drip_headers(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """One byte of the headers at a time, for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(0.05)


async def drip_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The headers at once, the body one byte at a time, for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(0.05)


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read the request and close without a word."""
    await reader.readuntil(b"\r\n\r\n")


async def speak_nonsense(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"220 mail.example ESMTP ready\r\n\r\n")
    await writer.drain()


async def endless_body(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Send as fast as the other side reads."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        writer.write(b"x" * 65_536)
        await writer.drain()


def zstd_zeroes(size: int) -> bytes:
    """A frame of blocks that say "a zero, 131,072 times" each (RFC 8878, 3.1.1.2)."""
    block, is_run, is_last = 131_072, 1 << 1, 1
    header = b"\x28\xb5\x2f\xfd\x00\x50"
    run = (block << 3 | is_run).to_bytes(3, "little") + b"\0"
    last = (block << 3 | is_run | is_last).to_bytes(3, "little") + b"\0"
    return header + run * (size // block - 1) + last


def bomb(encoding: str) -> web.Response:
    """Sixteen megabytes of zeroes that travel as a few kilobytes."""
    zeroes = bytes(16 * 1024 * 1024)
    packed = {
        "gzip": lambda: gzip.compress(zeroes),
        "deflate": lambda: zlib.compress(zeroes),
        "br": lambda: bytes.fromhex("cfffff7ff82700e2b14020f7fe7f"),
        "zstd": lambda: zstd_zeroes(len(zeroes)),
    }[encoding]()
    headers = {"Content-Encoding": encoding, "Content-Type": "text/html"}
    return web.Response(body=packed, headers=headers)
