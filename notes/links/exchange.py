"""HTTP/1.1 on one connection: a request goes out, as much of its answer as is wanted
comes back.

llhttp, the parser of Node.js, reads the answer (RFC 9112), as leniently as browsers do:
nobody stands behind this client whom a second reading of the same bytes could mislead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

READABLE = ("text/", "application/json", "application/xhtml", "application/xml")
# Bytes that are no UTF-8 pass through texts as they came.
RAW = "surrogateescape"
MOST_HEAD_BYTES = 131_072


class Request(NamedTuple):
    """What to send, and how many bytes of a body to read, until when, how long."""

    data: bytes
    limit: int
    deadline: float
    body_seconds: float
    has_body: bool = True


class Response(NamedTuple):
    """One answer: names of headers in lower case, the first of equal ones."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_complete: bool
    set_cookies: tuple[str, ...] = ()


class NotHttpError(ValueError):
    """What came is no answer in HTTP."""


class StaleError(ConnectionResetError):
    """The server had hung up on an idle connection: another one will do."""


class Connection(asyncio.Protocol):
    """One connection; after an answer it may be asked again while it `is_open`."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._reading: _Reading | None = None
        self._answered = 0
        self.is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.is_open = True

    async def ask(self, request: Request) -> Response:
        """Send a request; raise `TimeoutError`, `NotHttpError` or `OSError`."""
        reading = self._reading = _Reading(request, self._loop.create_future())
        self._set_timer(request.deadline)
        self._transport.write(request.data)
        try:
            return await reading.response
        finally:
            self._timer.cancel()
            self._reading = None
            self._answered += 1
            if not reading.is_persistent:
                self.close()
            reading.let_go()

    def close(self) -> None:
        """Hang up at once: what is still under way is read by nobody."""
        self.is_open = False
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        reading = self._reading
        if reading is None or reading.response.done():
            self.close()
            return
        had_head = reading.has_head
        reading.feed(data)
        if reading.has_head and not had_head and not reading.response.done():
            self._timer.cancel()
            body_deadline = self._loop.time() + reading.request.body_seconds
            self._set_timer(min(body_deadline, reading.request.deadline))

    def connection_lost(self, error: Exception | None) -> None:
        self.is_open = False
        if self._reading is not None:
            is_stale = self._answered > 0 and not self._reading.has_begun
            self._reading.end(StaleError() if is_stale else error)

    def _set_timer(self, deadline: float) -> None:
        assert self._reading is not None
        self._timer = self._loop.call_at(deadline, self._reading.end, TimeoutError())


class _Reading:
    """An answer as it comes in; the names `on_…` are those that the parser calls."""

    def __init__(self, request: Request, response: asyncio.Future[Response]) -> None:
        self.request = request
        self.response = response
        self.has_begun = self.has_head = self.is_persistent = False
        self._parser = HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(
            lenient_headers=True,
            lenient_chunked_length=True,
            lenient_optional_cr_before_lf=True,
            lenient_optional_lf_after_cr=True,
            lenient_optional_crlf_after_chunk=True,
            lenient_spaces_after_chunk_size=True,
            lenient_version=True,
            lenient_data_after_close=True,
        )
        self._status = self._head_bytes = self._body_bytes = 0
        self._headers: dict[str, str] = {}
        self._set_cookies: list[str] = []
        self._body: list[bytes] = []

    def feed(self, data: bytes) -> None:
        """Read what came; settle the response as soon as there is enough of it."""
        self.has_begun = True
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            self.end(NotHttpError("it changes the protocol"))
        except HttpParserError as error:
            # Browsers make do with headers that are none, once the status came.
            self.has_head = self.has_head or self._status >= HTTPStatus.OK
            self.end(NotHttpError(str(error)))
        if not self.has_head:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES:
                self.end(NotHttpError("its headers have no end"))

    def end(self, error: Exception | None) -> None:
        """No more will come; once the headers came, they are what a verdict needs."""
        self.is_persistent = False
        if self.has_head:
            self._settle(is_complete=error is None and self._lasts_until_the_end)
        elif not self.response.done():
            self.response.set_exception(error or ConnectionResetError())

    def let_go(self) -> None:
        """Part from the parser: it knows this object, and cycles stay in memory."""
        del self._parser

    def on_message_begin(self) -> None:
        if self.has_head:
            # A second answer to one request: who knows to which one the next belongs.
            self.is_persistent = False

    def on_status(self, _reason: bytes) -> None:
        if not self.has_head:
            self._status = self._parser.get_status_code()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.has_head:
            return
        key, text = name.decode("latin-1").lower(), value.decode(errors=RAW)
        self._headers.setdefault(key, text)
        if key == "set-cookie":
            self._set_cookies.append(text)

    def on_headers_complete(self) -> None:
        if self.has_head:
            return
        self._status = self._parser.get_status_code()
        if self._status < HTTPStatus.OK:
            # Only a word in advance, as 103 is: the answer is still to come.
            self._headers.clear()
            return
        self.has_head = True
        if not self.request.has_body:
            self.on_message_complete()
        elif not self._is_worth_reading:
            self._settle(is_complete=False)

    def on_body(self, data: bytes) -> None:
        self._body.append(data)
        self._body_bytes += len(data)
        if self._body_bytes > self.request.limit:
            self._settle(is_complete=False)

    def on_message_complete(self) -> None:
        if self.has_head and not self.response.done():
            self.is_persistent = self._parser.should_keep_alive()
            self._settle(is_complete=True)

    @property
    def _is_worth_reading(self) -> bool:
        """Pages are read for their signs, small bodies to keep the connection."""
        if self._headers.get("content-type", "").lower().startswith(READABLE):
            return True
        length = self._headers.get("content-length", "")
        return length.isdecimal() and int(length) <= self.request.limit

    @property
    def _lasts_until_the_end(self) -> bool:
        """Whether only the connection's end tells where the body ends (HTTP/1.0)."""
        return self._headers.keys().isdisjoint({"content-length", "transfer-encoding"})

    def _settle(self, *, is_complete: bool) -> None:
        if not self.response.done():
            body = b"".join(self._body)[: self.request.limit]
            cookies = tuple(self._set_cookies)
            self.response.set_result(
                Response(self._status, self._headers, body, is_complete, cookies)
            )
