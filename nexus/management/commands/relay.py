"""`manage.py relay`: moves events and jobs from the database to the broker."""

from __future__ import annotations

import logging
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from celery import current_app
from django.core.management.base import BaseCommand
from kombu.exceptions import OperationalError

from nexus import heartbeat
from tasks import relay
from tasks.wakeup import wakeup

logger = logging.getLogger("relay")

LONGEST_PAUSE_SECONDS = 5.0


class Command(BaseCommand):
    help = "Moves events and jobs from the database to the broker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="Move what is there, then end."
        )

    def handle(self, *_: Any, once: bool, **__: Any) -> None:
        if once:
            while relay.turn():
                pass
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        self.run_until(stop)

    def run_until(self, stop: threading.Event) -> None:
        """Work until told to stop; a broker that is away is asked again and again.

        A database that is away ends the process: whoever supervises it starts it anew.
        """
        broker = current_app.connection_for_write()
        broker_errors: tuple[type[BaseException], ...] = (
            OperationalError,
            *broker.connection_errors,
            *broker.channel_errors,
        )
        sleep, pause = wakeup(), 0.0
        while not stop.is_set():
            heartbeat.touch()
            try:
                if not relay.turn():
                    sleep.wait(stop)
                if pause:
                    logger.info("the broker is back")
                pause = 0.0
            except broker_errors as error:
                pause = min(pause * 2 or 0.5, LONGEST_PAUSE_SECONDS)
                logger.warning("no broker (%s); again in %g s", error, pause)
                stop.wait(pause)
