"""`manage.py tail_events`: shows events live, as an outside consumer gets them."""

from __future__ import annotations

from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from celery import current_app
from django.core.management.base import BaseCommand
from kombu import Consumer, Queue
from kombu.message import Message

from tasks.queues import EVENTS_EXCHANGE


class Command(BaseCommand):
    help = "Shows events as they happen: CloudEvents from the exchange nexus.events."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--kind",
            default="#",
            help="A topic pattern such as note.* (default: # for every kind).",
        )
        parser.add_argument(
            "--count", type=int, default=0, help="End after so many (0: never)."
        )

    def handle(self, *_: Any, kind: str, count: int, **__: Any) -> None:
        """Bind a queue of its own that goes when this command ends."""
        seen = 0
        queue = Queue(
            "", EVENTS_EXCHANGE, routing_key=kind, exclusive=True, auto_delete=True
        )

        def show(body: bytes | str, message: Message) -> None:
            nonlocal seen
            seen += 1
            self.stdout.write(body.decode() if isinstance(body, bytes) else body)
            message.ack()

        with (
            current_app.connection_for_read() as broker,
            Consumer(broker, [queue], callbacks=[show]),
            suppress(KeyboardInterrupt),
        ):
            self.stderr.write(f"listening for {kind}; Ctrl-C ends it")
            while not count or seen < count:
                with suppress(TimeoutError):
                    broker.drain_events(timeout=1)
