"""Where mails leave: the server of EMAIL_URL, or another mail backend of Django's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol, Self

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend

from notes.digests.answers import (
    AddressDeferredError,
    AddressRefusedError,
    ServerAwayError,
)
from notes.digests.message import Envelope
from notes.digests.smtp import SmtpLine
from notes.errors import TransientError

ABOUT_THE_MAIL = {400, 404, 413, 422}
SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"


class Line(Protocol):
    """A way out that carries one mail at a time."""

    async def send(self, envelope: Envelope) -> None:
        """Return once the mail is taken; else raise an error of `answers`."""

    async def close(self) -> None: ...


class BackendLine:
    """Any other of Django's mail backends, such as the one that writes files."""

    def __init__(self, backend: BaseEmailBackend) -> None:
        self._backend = backend

    @classmethod
    async def open(cls) -> Self:
        backend = get_connection()
        await _elsewhere(backend.open)
        return cls(backend)

    async def send(self, envelope: Envelope) -> None:
        await _elsewhere(self._backend.send_messages, [envelope.message()])

    async def close(self) -> None:
        await asyncio.to_thread(self._backend.close)


async def _elsewhere(do: Callable[..., object], *arguments: object) -> None:
    """Run what blocks; a ``status_code`` is what a mail service's API answered."""
    try:
        await asyncio.to_thread(do, *arguments)
    except OSError as error:
        status = getattr(error, "status_code", None)
        if status in ABOUT_THE_MAIL:
            raise AddressRefusedError(f"{status} {error}") from error
        raise ServerAwayError(f"The mail could not be stored ({error}).") from error


async def open_line() -> Line:
    if settings.EMAIL_BACKEND == SMTP_BACKEND:
        return await SmtpLine.open()
    return await BackendLine.open()


def send_one(envelope: Envelope) -> None:
    """Send a single mail and wait for the answer; a deferral is tried again."""
    try:
        asyncio.run(_send_one(envelope))
    except AddressDeferredError as error:
        raise TransientError(f"The mail server answered {error}") from error


async def _send_one(envelope: Envelope) -> None:
    line = await open_line()
    try:
        await line.send(envelope)
    finally:
        await line.close()
