"""One state of every host for all workers, kept in Redis or Valkey.

A worker borrows slots of a host and uses them without asking again: what it heard and
what it still needs is told in one call for all its hosts, ten times a second. Only
that a host wants to be left alone is told at once, to everybody.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from notes.links.hosts import NOTHING_HEARD, Heard, LocalHosts, Slots

log = logging.getLogger(__name__)

TURN = Path(__file__).with_name("turn.lua").read_text()
PREFIX = "nexus:hosts:"
CLOSINGS = "nexus:closings"
TURN_SECONDS = 0.1
CALL_SECONDS = 1.0
AWAY_SECONDS = 5.0
LISTEN_SECONDS = 60.0
# A worker that dies gives back what it had borrowed after so long.
LEASE_MS = 10_000
ERRORS = (RedisError, OSError)


class SharedHosts(LocalHosts):
    """Shares slots and rests with all workers; goes alone while the cache is away."""

    def __init__(self, per_host: int, *, url: str) -> None:
        super().__init__(per_host)
        self._url = url
        self._worker = secrets.token_hex(8)
        self._is_alone, self._is_over = False, False
        self._wanted: set[str] = set()
        self._urgent: set[str] = set()
        self._slowed: set[str] = set()
        self._good: Counter[str] = Counter()
        self._arrivals: dict[str, asyncio.Future[None]] = {}

    async def __aenter__(self) -> Self:
        self._hurry = asyncio.Event()
        self._client = Redis.from_url(
            self._url,
            decode_responses=True,
            retry=Retry(NoBackoff(), 0),
            socket_connect_timeout=CALL_SECONDS,
            socket_timeout=CALL_SECONDS,
        )
        self._turn = self._client.register_script(TURN)
        self._turns = asyncio.create_task(self._take_turns())
        self._listener = asyncio.create_task(self._listen())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_over = True
        self._hurry.set()
        # The client may swallow a cancellation: nobody waits for its effect for ever.
        self._listener.cancel()
        await asyncio.wait([self._turns, self._listener], timeout=2 * CALL_SECONDS)
        self._wanted.clear()
        with suppress(*ERRORS):
            if not self._is_alone:
                await self._tell(list(self._hosts))
            await self._client.aclose()

    async def enter(self, host: str) -> float | None:
        """Take a slot as `LocalHosts` does; of a new host, borrow some first."""
        if host not in self._hosts:
            borrowed = self._per_host if self._is_alone else 0
            self._hosts[host] = Slots.at_ease(self._per_host, borrowed)
            if not self._is_alone:
                self._arrivals[host] = asyncio.get_running_loop().create_future()
                self._hasten(host)
        self._wanted.add(host)
        if host in self._arrivals:
            await asyncio.shield(self._arrivals[host])
        return await super().enter(host)

    def leave(self, host: str, heard: Heard = NOTHING_HEARD) -> bool:
        """Give the slot back; a rest that the host asks for is told at once."""
        is_slowed = super().leave(host, heard)
        if heard.wait_seconds:
            self._hasten(host)
        if is_slowed:
            self._slowed.add(host)
        elif heard.status is not None:
            self._good[host] += 1
        return is_slowed

    def _hasten(self, host: str) -> None:
        self._wanted.add(host)
        self._urgent.add(host)
        self._hurry.set()

    async def _take_turns(self) -> None:
        """Tell of all hosts at every turn, and of the urgent ones in between."""
        loop = asyncio.get_running_loop()
        next_turn = loop.time()
        while not self._is_over:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(next_turn):
                    await self._hurry.wait()
            self._hurry.clear()
            is_turn = loop.time() >= next_turn
            try:
                await self._tell(self._all() if is_turn else list(self._urgent))
            except ERRORS as error:
                self._go_alone(error)
            if is_turn:
                pause = AWAY_SECONDS if self._is_alone else TURN_SECONDS
                next_turn = loop.time() + pause

    def _all(self) -> list[str]:
        """The hosts that matter; those that nobody asked for since are let go."""
        idle = [
            host
            for host, slots in self._hosts.items()
            if not (slots.active or slots.share or slots.rest or host in self._wanted)
        ]
        for host in idle:
            del self._hosts[host]
        return list(self._hosts)

    async def _tell(self, hosts: list[str]) -> None:
        """Tell of these hosts what was heard, and learn what may be used of them."""
        if not hosts:
            return
        arguments: list[Any] = [self._worker, self._per_host, LEASE_MS, CLOSINGS]
        for host in hosts:
            arguments += self._account(host)
        keys = [PREFIX + host for host in hosts]
        answers = iter(await self._turn(keys=keys, args=arguments))
        self._join()
        for host, share, rest_ms in zip(hosts, answers, answers, strict=True):
            slots = self._hosts[host]
            slots.share = int(share)
            slots.close(int(rest_ms) / 1000)
            self._has_arrived(host)

    def _account(self, host: str) -> Iterable[int]:
        """Slots in use and wanted, good answers, whether it slowed down, its rest."""
        slots = self._hosts[host]
        # Until the answer comes nothing is used beyond what is told here.
        slots.share = slots.active
        self._urgent.discard(host)
        wanted = self._per_host if host in self._wanted else 0
        self._wanted.discard(host)
        is_slowed = host in self._slowed
        self._slowed.discard(host)
        good = self._good.pop(host, 0)
        # Told at every turn: a cache that was away, or was wiped, learns of it too.
        rest_ms = int(slots.rest * 1000)
        return slots.active, wanted, good, int(is_slowed), rest_ms

    def _has_arrived(self, host: str) -> None:
        arrival = self._arrivals.pop(host, None)
        if arrival is not None and not arrival.done():
            arrival.set_result(None)

    def _go_alone(self, error: Exception) -> None:
        if not self._is_alone:
            log.warning(
                "The cache does not answer (%s): until it does, this process keeps to "
                "the limits of hosts by itself.",
                error,
            )
        self._is_alone = True
        self._urgent.clear()
        for host, slots in self._hosts.items():
            slots.share = self._per_host
            self._has_arrived(host)

    def _join(self) -> None:
        if self._is_alone:
            log.info("The cache answers again: hosts are shared with all workers.")
        self._is_alone = False

    async def _listen(self) -> None:
        """Hear of the rests that hosts asked other workers for."""
        while not self._is_over:
            with suppress(*ERRORS):
                async with self._client.pubsub(ignore_subscribe_messages=True) as radio:
                    await radio.subscribe(CLOSINGS)
                    while not self._is_over:
                        self._hear(await radio.get_message(timeout=LISTEN_SECONDS))
            await asyncio.sleep(AWAY_SECONDS)

    def _hear(self, message: dict[str, Any] | None) -> None:
        if message is None:
            return
        rest_ms, _, key = str(message["data"]).partition(" ")
        slots = self._hosts.get(key.removeprefix(PREFIX))
        if slots is not None:
            slots.close(int(rest_ms) / 1000)
