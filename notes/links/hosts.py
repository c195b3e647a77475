"""How often each host may be asked: slots, waits it asked for, and backing off."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

SLOT_POLL_SECONDS = 0.05
SLOWED_STATUSES = frozenset({429, 503})


class Hosts(Protocol):
    """What is known of hosts; one process keeps it here, many would share it."""

    async def enter(self, host: str) -> float:
        """Take a slot and return 0.0, or return the seconds until worth asking."""
        ...

    async def leave(
        self, host: str, status: int | None, wait_seconds: float | None
    ) -> None:
        """Give the slot back with what the host answered and asked for."""
        ...


@dataclass(slots=True)
class _Host:
    limit: float
    active: int = 0
    closed_until: float = 0.0


class LocalHosts:
    """The state of one process: forgotten with it."""

    def __init__(self, per_host: int) -> None:
        self._per_host = per_host
        self._hosts: dict[str, _Host] = {}

    async def enter(self, host: str) -> float:
        """Take a slot unless the host asked for a rest or is busy."""
        state = self._hosts.setdefault(host, _Host(float(self._per_host)))
        rest = state.closed_until - time.monotonic()
        if rest > 0:
            return rest
        if state.active >= int(state.limit):
            return SLOT_POLL_SECONDS
        state.active += 1
        return 0.0

    async def leave(
        self, host: str, status: int | None, wait_seconds: float | None
    ) -> None:
        """Halve the slots of a host that is overrun, give them back one by one."""
        state = self._hosts[host]
        state.active -= 1
        if status in SLOWED_STATUSES:
            state.limit = max(1.0, state.limit / 2)
        elif status is not None:
            state.limit = min(float(self._per_host), state.limit + 1 / state.limit)
        if wait_seconds:
            until = time.monotonic() + wait_seconds
            state.closed_until = max(state.closed_until, until)
