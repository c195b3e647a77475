"""One connection to the mail server, over asyncio, with pipelining (RFC 2920).

A mail costs two rounds: its envelope up to DATA goes out at once where the server
allows it, then the message. No kept library pipelines: smtplib and aiosmtplib wait for
each answer.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, Self, TypeVar

from django.conf import settings
from django.core.mail.utils import DNS_NAME

from notes.digests.answers import (
    FAILURE,
    LineLostError,
    SenderRefusedError,
    ServerAwayError,
    judge,
    judge_server,
)
from notes.digests.message import Envelope
from notes.errors import NexusError

# How long a server may think about a message that it has got as a whole.
ANSWER_SECONDS = 30
LONGEST_REPLY = 64 * 1024
GO_AHEAD = 354
BROKEN = (OSError, EOFError, asyncio.IncompleteReadError, ValueError)
T = TypeVar("T")


class Reply(NamedTuple):
    """An answer: its code and the text of its lines."""

    code: int
    lines: tuple[str, ...]

    @property
    def said(self) -> str:
        return f"{self.code} {' '.join(self.lines)}"

    @property
    def is_refusal(self) -> bool:
        return self.code >= FAILURE


class SmtpLine:
    """An open SMTP session; its errors tell whether a message may have gone out."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._reader, self._writer = reader, writer
        self._extensions: dict[str, str] = {}

    @classmethod
    async def open(cls) -> Self:
        """Connect as EMAIL_URL says, with TLS and login where it asks for them."""
        context = ssl.create_default_context() if settings.EMAIL_USE_SSL else None
        connecting = asyncio.open_connection(
            settings.EMAIL_HOST,
            settings.EMAIL_PORT,
            ssl=context,
            limit=LONGEST_REPLY,
        )
        with _nothing_left("is away"):
            line = cls(*await _in_time(connecting))
        try:
            with _nothing_left("hung up"):
                await _in_time(line._greet())
        except NexusError:
            line.abort()
            raise
        return line

    async def send(self, envelope: Envelope) -> None:
        """Return once the server has taken the mail; else raise as said above."""
        with _nothing_left("hung up"):
            await _in_time(self._address(envelope))
        try:
            reply = await _in_time(self._hand_over(envelope.raw), ANSWER_SECONDS)
        except BROKEN as error:
            raise LineLostError(
                f"The mail server hung up before it had acknowledged ({_why(error)})."
            ) from error
        judge(reply.code, reply.said)

    async def close(self) -> None:
        try:
            await _in_time(self._ask("QUIT"), 1)
        except BROKEN:
            pass
        finally:
            self.abort()

    def abort(self) -> None:
        self._writer.transport.abort()

    async def _greet(self) -> None:
        _check(await self._reply())
        await self._say_hello()
        if settings.EMAIL_USE_TLS:
            await self._start_tls()
            await self._say_hello()
        if settings.EMAIL_HOST_USER:
            await self._log_in()

    async def _say_hello(self) -> None:
        reply = await self._ask(f"EHLO {DNS_NAME.get_fqdn()}")
        _check(reply)
        words = (line.upper().partition(" ") for line in reply.lines[1:])
        self._extensions = {name: rest for name, _, rest in words}

    async def _start_tls(self) -> None:
        if "STARTTLS" not in self._extensions:
            raise SenderRefusedError("The mail server does not offer STARTTLS.")
        _check(await self._ask("STARTTLS"))
        await self._writer.start_tls(
            ssl.create_default_context(), server_hostname=settings.EMAIL_HOST
        )

    async def _log_in(self) -> None:
        user, password = settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD
        offered = self._extensions.get("AUTH", "").split()
        if "PLAIN" in offered:
            secret = _base64(f"\0{user}\0{password}")
            _check(await self._ask(f"AUTH PLAIN {secret}"))
        elif "LOGIN" in offered:
            reply = await self._ask("AUTH LOGIN")
            for answer in (user, password):
                _check(reply)
                reply = await self._ask(_base64(answer))
            _check(reply)
        else:
            raise SenderRefusedError("The mail server offers no login that we know.")

    async def _address(self, envelope: Envelope) -> None:
        """Send the envelope up to the moment at which the message has to follow."""
        sender, *replies = await self._converse(
            f"MAIL FROM:<{envelope.sender}>", f"RCPT TO:<{envelope.to}>", "DATA"
        )
        _check(sender)
        refusals = [reply for reply in replies if reply.is_refusal]
        if refusals:
            await self._forget(replies[1:])
            judge(refusals[0].code, refusals[0].said)

    async def _converse(self, *commands: str) -> list[Reply]:
        """The answers; one at a time the first refusal is the last one."""
        if "PIPELINING" in self._extensions:
            self._write(*commands)
            return [await self._reply() for _ in commands]
        replies: list[Reply] = []
        for command in commands:
            replies.append(await self._ask(command))
            if replies[-1].is_refusal:
                break
        return replies

    async def _forget(self, after_data: Sequence[Reply]) -> None:
        """End the transaction of a refused address; the next one begins afresh."""
        is_open = any(reply.code == GO_AHEAD for reply in after_data)
        # Nobody is left to get it, but the server waits for a message: an empty one.
        await self._ask("." if is_open else "RSET")

    async def _hand_over(self, raw: bytes) -> Reply:
        self._writer.write(raw + b".\r\n")
        await self._writer.drain()
        return await self._reply()

    async def _ask(self, command: str) -> Reply:
        self._write(command)
        return await self._reply()

    def _write(self, *commands: str) -> None:
        self._writer.write("".join(f"{command}\r\n" for command in commands).encode())

    async def _reply(self) -> Reply:
        lines = []
        while True:
            line = (await self._reader.readline()).decode("utf-8", "replace").rstrip()
            if not line:
                raise EOFError("no answer")
            lines.append(line[4:])
            if line[3:4] != "-":
                return Reply(int(line[:3]), tuple(lines))


@contextmanager
def _nothing_left(what: str) -> Iterator[None]:
    """Where the connection breaks here, no message can have gone out."""
    try:
        yield
    except BROKEN as error:
        raise ServerAwayError(f"The mail server {what} ({_why(error)}).") from error


async def _in_time(doing: Awaitable[T], seconds: float | None = None) -> T:
    async with asyncio.timeout(seconds or settings.EMAIL_TIMEOUT):
        return await doing


def _check(reply: Reply) -> None:
    judge_server(reply.code, reply.said)


def _why(error: BaseException) -> str:
    return str(error) or type(error).__name__


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
