"""How the relay learns that there may be work."""

from __future__ import annotations

import threading
from typing import Protocol

from django.db import connection

from notes.events import CHANNEL

POLL_SECONDS = 0.05
LISTEN_SECONDS = 1.0


class Wakeup(Protocol):
    def wait(self, stop: threading.Event) -> None:
        """Return when there may be work, or after a while all the same."""


class Poll:
    """SQLite has no notifications; two indexed queries every 50 ms are cheap."""

    def wait(self, stop: threading.Event) -> None:
        stop.wait(POLL_SECONDS)


class Listen:
    """PostgreSQL's LISTEN; jobs that fall due by the clock are seen each second."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")

    def wait(self, stop: threading.Event) -> None:
        if stop.is_set():
            return
        notifications = connection.connection.notifies(
            timeout=LISTEN_SECONDS, stop_after=1
        )
        for _ in notifications:
            break


def wakeup() -> Wakeup:
    return Listen() if connection.vendor == "postgresql" else Poll()
