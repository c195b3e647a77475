"""Connections that wait for their next request: a bounded number, for a short time."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import NamedTuple

from notes.links.exchange import Connection

# Servers hang up sooner or later; until then another request saves the way there.
IDLE_SECONDS = 15.0
MOST_IDLE = 256


class _Idle(NamedTuple):
    origin: str
    since: float


class Pool:
    """Idle connections by their origin; the one used last is taken first."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[str, deque[Connection]] = {}
        # In the order of their coming, so that the oldest is the first.
        self._idle: dict[Connection, _Idle] = {}

    def take(self, origin: str) -> Connection | None:
        """Return a connection to the origin that is still open, if there is one."""
        while waiting := self._waiting.get(origin):
            connection = waiting[-1]
            self._remove(connection)
            if connection.is_open:
                return connection
        return None

    def keep(self, origin: str, connection: Connection) -> None:
        """Keep a connection for the next request, and part from those too old."""
        now = self._loop.time()
        self._waiting.setdefault(origin, deque()).append(connection)
        self._idle[connection] = _Idle(origin, now)
        while True:
            oldest, idle = next(iter(self._idle.items()))
            if len(self._idle) <= MOST_IDLE and now - idle.since < IDLE_SECONDS:
                return
            self._remove(oldest)
            oldest.close()

    def close(self) -> None:
        """Hang up on all."""
        for connection in self._idle:
            connection.close()
        self._idle.clear()
        self._waiting.clear()

    def _remove(self, connection: Connection) -> None:
        origin = self._idle.pop(connection).origin
        waiting = self._waiting[origin]
        waiting.remove(connection)
        if not waiting:
            del self._waiting[origin]
