"""The web that `benchmarks.links` checks: 39 loopback hosts that answer after 50 ms.

A bare asyncio protocol, so that the server is not what is measured. The first part of
a path says what is answered; `/-/stats` tells what was asked since the last time.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import NamedTuple

HOSTS = [f"127.0.0.{n}" for n in range(2, 41)]
LATENCY_SECONDS = 0.05
SLOW_SECONDS = 1.0
# What a host that limits requests grants, in a bucket of one second.
GRANTED = 100
PARAGRAPH = "<p>Words that a reader of this page would read, one after another.</p>\n"
HTML = b"Content-Type: text/html; charset=utf-8\r\n"
STATS = b"/-/stats"


def page(title: str, body: str = PARAGRAPH * 55) -> bytes:
    head = f"<!doctype html><html><head><title>{title}</title></head>"
    return f"{head}<body><h1>{title}</h1>{body}</body></html>".encode()


class Answer(NamedTuple):
    status: int
    headers: bytes = b""
    body: bytes = b""


class Request(NamedTuple):
    host: str
    method: bytes
    path: bytes
    headers: bytes


PLAIN = Answer(200, HTML, page("A page about one thing"))
PLACES = page("A page with places", f'<h2 id="here">Here</h2>{PARAGRAPH * 55}')


class Site:
    """What all connections share: counters, and what has failed before."""

    def __init__(self) -> None:
        self.requests = self.body_bytes = 0
        self.failed: set[bytes] = set()
        self.tokens: dict[str, tuple[float, float]] = {}
        self.kinds: dict[bytes, Callable[[Request], Answer]] = {
            b"missing": lambda _: Answer(404, HTML, page("404 Not Found", "None.")),
            b"soft": lambda _: Answer(200, HTML, page("Page not found", "None.")),
            b"anchor": lambda _: Answer(200, HTML, PLACES),
            b"moved": partial(redirect, 301),
            b"found": partial(redirect, 302),
            b"tagged": tagged,
            b"no-head": no_head,
            b"flaky": self.fail_once,
            b"throttled": self.throttle,
        }

    def answer(self, request: Request) -> Answer:
        if request.path == STATS:
            return self.tell()
        kind = self.kinds.get(request.path.split(b"/", 2)[1])
        found = kind(request) if kind else PLAIN
        self.requests += 1
        self.body_bytes += 0 if request.method == b"HEAD" else len(found.body)
        return found

    def tell(self) -> Answer:
        stats = {"requests": self.requests, "body_bytes": self.body_bytes}
        self.requests = self.body_bytes = 0
        return Answer(200, b"", json.dumps(stats).encode())

    def fail_once(self, request: Request) -> Answer:
        if request.path in self.failed:
            self.failed.discard(request.path)
            return PLAIN
        self.failed.add(request.path)
        return Answer(500)

    def throttle(self, request: Request) -> Answer:
        tokens, at = self.tokens.get(request.host, (float(GRANTED), 0.0))
        now = time.monotonic()
        tokens = min(GRANTED, tokens + (now - at) * GRANTED)
        is_granted = tokens >= 1
        self.tokens[request.host] = (tokens - is_granted, now)
        return PLAIN if is_granted else Answer(429, b"Retry-After: 1\r\n")


def redirect(status: int, request: Request) -> Answer:
    target = b"/plain/" + request.path.rsplit(b"/", 1)[1]
    return Answer(status, b"Location: " + target + b"\r\n")


def tagged(request: Request) -> Answer:
    tag = b'"' + request.path.replace(b"/", b"") + b'"'
    named = b"ETag: " + tag + b"\r\n"
    if tag in request.headers:
        return Answer(304, named)
    return Answer(200, named + HTML, PLAIN.body)


def no_head(request: Request) -> Answer:
    return Answer(405) if request.method == b"HEAD" else Answer(200, b"", b"x" * 1000)


class Connection(asyncio.Protocol):
    def __init__(self, site: Site, host: str) -> None:
        self.site, self.host, self.buffer = site, host, b""
        self.loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
            line, _, headers = head.partition(b"\r\n")
            method, path, _ = line.split(b" ", 2)
            request = Request(self.host, method, path, headers)
            is_slow = path.startswith(b"/slow/")
            delay = SLOW_SECONDS if is_slow else LATENCY_SECONDS
            self.loop.call_later(delay, self.reply, request)

    def reply(self, request: Request) -> None:
        status, headers, body = self.site.answer(request)
        length = b"" if status == 304 else b"Content-Length: %d\r\n" % len(body)
        shown = b"" if request.method == b"HEAD" else body
        reason = HTTPStatus(status).phrase.encode()
        line = b"HTTP/1.1 %d %b\r\n" % (status, reason)
        self.transport.write(line + headers + length + b"\r\n" + shown)


async def serve() -> None:
    site, loop = Site(), asyncio.get_running_loop()
    port = 0
    for host in HOSTS:
        make = partial(Connection, site, host)
        server = await loop.create_server(make, host, port, backlog=1024)
        port = server.sockets[0].getsockname()[1]
    print(port, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve())
