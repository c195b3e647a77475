"""Hands mails to the mail server over one connection and tells what it answered.

What matters after a failure is whether the message may have gone out all the same, so
each error says so: only LineLostError leaves it open.
"""

from __future__ import annotations

import re
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

from notes.digests.message import encode
from notes.errors import NexusError, TransientError

PERMANENT = 500
SERVICE_CLOSING = 421
OK = 250
ENHANCED_STATUS = re.compile(r"\b5\.(\d{1,3}\.\d{1,3})\b")


class AddressRefusedError(NexusError):
    """The server will never take this mail for this address."""


class NoSuchAddressError(AddressRefusedError):
    """The server says that the address itself does not exist."""


class AddressDeferredError(NexusError):
    """The server does not take mail for this address now."""


class SenderRefusedError(NexusError):
    """The server takes no mail from us at all until somebody mends the settings."""


class ServerAwayError(TransientError):
    """There is no server now; the message has certainly not gone out."""


class LineLostError(TransientError):
    """The line broke after the message was sent and before it was acknowledged."""


class Outbox(Protocol):
    def send(self, mail: EmailMessage) -> None:
        """Return once the server has taken the mail; else raise as said above."""


class SmtpOutbox:
    """An open SMTP session; one step at a time, so that a failure tells its step."""

    def __init__(self, session: smtplib.SMTP) -> None:
        self.session = session

    def send(self, mail: EmailMessage) -> None:
        try:
            self._address(mail)
        except smtplib.SMTPServerDisconnected as error:
            raise ServerAwayError(f"The mail server hung up ({error}).") from error
        try:
            code, reply = self.session.data(encode(mail))
        except smtplib.SMTPDataError as error:
            code, reply = error.smtp_code, _bytes(error.smtp_error)
        except smtplib.SMTPServerDisconnected as error:
            raise LineLostError(
                f"The mail server hung up before it had acknowledged ({error})."
            ) from error
        self._judge(code, reply)

    def _address(self, mail: EmailMessage) -> None:
        self.session.ehlo_or_helo_if_needed()
        code, reply = self.session.mail(sanitize_address(mail.from_email, "utf-8"))
        if code >= PERMANENT:
            raise SenderRefusedError(f"The mail server answered {_say(code, reply)}")
        if code != OK:
            raise ServerAwayError(f"The mail server answered {_say(code, reply)}")
        self._judge(*self.session.rcpt(sanitize_address(mail.to[0], "utf-8")))

    def _judge(self, code: int, reply: bytes) -> None:
        if code < 400:  # noqa: PLR2004
            return
        if code == SERVICE_CLOSING:
            raise ServerAwayError(f"The mail server answered {_say(code, reply)}")
        self._forget()
        if code >= PERMANENT:
            raise refusal(_say(code, reply))
        raise AddressDeferredError(_say(code, reply))

    def _forget(self) -> None:
        """End the transaction of the refused mail; the next one begins afresh."""
        try:
            self.session.rset()
        except smtplib.SMTPServerDisconnected as error:
            raise ServerAwayError(f"The mail server hung up ({error}).") from error


class BackendOutbox:
    """Any other of Django's mail backends, such as the one that writes files."""

    def __init__(self, backend: BaseEmailBackend) -> None:
        self.backend = backend

    def send(self, mail: EmailMessage) -> None:
        try:
            self.backend.send_messages([mail])
        except OSError as error:
            raise ServerAwayError(f"The mail could not be stored ({error}).") from error


@contextmanager
def connected() -> Iterator[Outbox]:
    """One connection to what EMAIL_URL names, for as many mails as there are."""
    backend = get_connection()
    _open(backend)
    try:
        if isinstance(backend, EmailBackend) and backend.connection:
            yield SmtpOutbox(backend.connection)
        else:
            yield BackendOutbox(backend)
    finally:
        backend.close()


def _open(backend: BaseEmailBackend) -> None:
    try:
        backend.open()
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPConnectError) as error:
        said = _say(error.smtp_code, _bytes(error.smtp_error))
        kind = SenderRefusedError if error.smtp_code >= PERMANENT else ServerAwayError
        raise kind(f"The mail server answered {said}") from error
    except smtplib.SMTPNotSupportedError as error:
        raise SenderRefusedError(f"The mail server cannot do it: {error}") from error
    except OSError as error:
        raise ServerAwayError(f"The mail server is away ({error}).") from error


def refusal(said: str) -> AddressRefusedError:
    """What a permanent refusal such as `550 5.1.1 User unknown` is about.

    By RFC 3463 x.1 is about the address and x.2.1 a closed mailbox; all else, policy
    and size above all, says nothing about whether the address exists.
    """
    match = ENHANCED_STATUS.search(said)
    about_address = match[1].startswith(("1.", "2.1")) if match else False
    if about_address or (not match and said.startswith(("550", "551", "553"))):
        return NoSuchAddressError(said)
    return AddressRefusedError(said)


def _say(code: int, reply: bytes) -> str:
    return f"{code} {reply.decode('utf-8', 'replace')}"


def _bytes(reply: bytes | str) -> bytes:
    return reply if isinstance(reply, bytes) else reply.encode()
