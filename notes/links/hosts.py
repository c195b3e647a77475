"""How often each host may be asked: slots, rests it asked for, and backing off.

The slots of a host grow by one with each round of good answers, and are halved when it
says that it is overrun or gets slower and slower.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from types import TracebackType
from typing import NamedTuple, Self

SLOT_POLL_SECONDS = 0.05
SLOWED_STATUSES = frozenset({429, 503})
# An answer is late when it takes so many times as long as the quickest, and longer.
LATE_TIMES, LATE_SECONDS = 3.0, 0.25
# So many more late answers than punctual ones, and the host is under strain.
STRAIN = 8
FORGET = 1.01


class Heard(NamedTuple):
    """What one request taught about its host; nothing, when no answer came."""

    status: int | None = None
    seconds: float = 0.0
    wait_seconds: float | None = None
    requests_left: int | None = None


NOTHING_HEARD = Heard()


@dataclass(slots=True)
class Slots:
    """What this process knows of one host, and how many of its slots it may use."""

    most: int
    share: int
    limit: float
    active: int = 0
    closed_until: float = 0.0
    quickest: float = math.inf
    strain: int = 0

    @classmethod
    def at_ease(cls, most: int, share: int) -> Self:
        """A host of which nothing is known yet."""
        return cls(most, share, float(most))

    @property
    def is_free(self) -> bool:
        return self.active < min(int(self.limit), self.share)

    @property
    def rest(self) -> float:
        """The seconds for which the host is to be left alone."""
        return max(0.0, self.closed_until - time.monotonic())

    def close(self, seconds: float) -> None:
        """Leave the host alone; a shorter rest does not cut a longer one."""
        self.closed_until = max(self.closed_until, time.monotonic() + seconds)

    def learn(self, heard: Heard) -> bool:
        """Adapt the number of slots to an answer; tell whether the host is slowed."""
        if heard.wait_seconds:
            self.close(heard.wait_seconds)
        is_late = self._is_late(heard)
        if heard.status in SLOWED_STATUSES or (is_late and self._is_strained()):
            self.limit = max(1.0, self.limit / 2)
            return True
        if heard.status is not None and not is_late:
            self.strain = max(0, self.strain - 1)
            self.limit = min(self.most, self.limit + 1 / self.limit)
        if heard.requests_left is not None:
            self.limit = max(1.0, min(self.limit, heard.requests_left))
        return False

    def _is_late(self, heard: Heard) -> bool:
        late_from = max(self.quickest * LATE_TIMES, self.quickest + LATE_SECONDS)
        if heard.status is not None:
            self.quickest = min(heard.seconds, self.quickest * FORGET)
        return heard.seconds > late_from

    def _is_strained(self) -> bool:
        """Count late answers against punctual ones: a few slow pages are no strain."""
        self.strain = (self.strain + 1) % STRAIN
        return not self.strain


class LocalHosts:
    """The hosts as one process knows them: forgotten with it."""

    def __init__(self, per_host: int) -> None:
        self._per_host = per_host
        self._hosts: dict[str, Slots] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return

    async def enter(self, host: str) -> float | None:
        """Take a slot and return 0.0, or its seconds of rest; None while it is busy."""
        slots = self._hosts.get(host)
        if slots is None:
            slots = self._hosts[host] = Slots.at_ease(self._per_host, self._per_host)
        if rest := slots.rest:
            return rest
        if not slots.is_free:
            return None
        slots.active += 1
        return 0.0

    def leave(self, host: str, heard: Heard = NOTHING_HEARD) -> bool:
        """Give the slot back with what was heard; tell whether the host is slowed."""
        slots = self._hosts[host]
        slots.active -= 1
        return slots.learn(heard)
