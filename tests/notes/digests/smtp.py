"""A real mail server on loopback that can be told to misbehave."""

# ruff: noqa: N802 (aiosmtpd's names and arguments)

from __future__ import annotations

import asyncio
import email
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller


class Postman:
    """Takes mail; the dictionaries hold its answers for particular addresses."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.asked_for: list[str] = []
        self.connections = 0
        self.pipelines = True
        self.delay_seconds = 0.0
        self.at_mail = ""
        self.at_rcpt: dict[str, str] = {}
        self.at_data: dict[str, str] = {}
        self.hangs_up_at_mail = False
        self.hangs_up_after_data: set[str] = set()
        self.holds: set[str] = set()
        self.is_holding = threading.Event()

    @property
    def addresses(self) -> list[str]:
        return [str(mail["To"]) for mail in self.mails]

    async def handle_EHLO(
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: Any
    ) -> Any:
        self.connections += 1
        session.host_name = hostname
        extra = ["250-PIPELINING"] if self.pipelines else []
        return [*responses[:-1], *extra, responses[-1]]

    async def handle_MAIL(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.hangs_up_at_mail:
            server.transport.abort()
        if self.at_mail:
            return self.at_mail
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        self.asked_for.append(address)
        if address in self.at_rcpt:
            return self.at_rcpt[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await asyncio.sleep(self.delay_seconds)
        if not envelope.rcpt_tos:  # the empty message that ends a refused envelope
            return "554 No valid recipients"
        (address,) = envelope.rcpt_tos
        if address in self.at_data:
            return self.at_data[address]
        self.raw.append(envelope.content)
        self.mails.append(email.message_from_bytes(envelope.content, policy=default))
        if address in self.hangs_up_after_data:
            server.transport.abort()
        if address in self.holds:
            self.is_holding.set()
            await server.loop.create_future()
        return "250 Taken"


@contextmanager
def mail_server(postman: Postman) -> Iterator[int]:
    """Runs the server in a thread; its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    controller = Controller(postman, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop(no_assert=True)
