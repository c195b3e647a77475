"""From host names to addresses: each name asked for once by all who want it at once."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv4Address, ip_address
from typing import Protocol

from notes.links.addresses import AddressInfo

# Long enough for the connections that a host gets at once, too short to go stale.
KEPT_SECONDS = 10.0


class Resolver(Protocol):
    """Whatever knows the addresses of a host name."""

    async def resolve(self, host: str, port: int) -> list[AddressInfo]:
        """Return them in the order of preference, or raise `OSError`."""
        ...


class SystemResolver:
    """Asks as every program on this machine does, in a thread."""

    async def resolve(self, host: str, port: int) -> list[AddressInfo]:
        """Return what `getaddrinfo` knows, for the families that this machine has."""
        found = await asyncio.get_running_loop().getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
        )
        return list(found)


class Addresses:
    """Asks a resolver, and keeps for some seconds what it said."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._asked: dict[tuple[str, int], asyncio.Task[list[AddressInfo]]] = {}

    async def of(self, host: str, port: int) -> list[AddressInfo]:
        """Return the addresses of a name, or the one that a literal is."""
        if address := literal(host, port):
            return [address]
        task = self._asked.get((host, port))
        if task is None:
            task = asyncio.create_task(self._resolver.resolve(host, port))
            self._asked[host, port] = task
            task.add_done_callback(lambda done: self._forget(host, port, done))
        return await asyncio.shield(task)

    def close(self) -> None:
        """Stop waiting for answers."""
        for task in self._asked.values():
            task.cancel()

    def _forget(
        self, host: str, port: int, done: asyncio.Task[list[AddressInfo]]
    ) -> None:
        """Keep what was found for a while; a failure may be over at once."""
        has_failed = done.cancelled() or done.exception() is not None
        pause = 0.0 if has_failed else KEPT_SECONDS
        loop = asyncio.get_running_loop()
        loop.call_later(pause, self._asked.pop, (host, port), None)


def literal(host: str, port: int) -> AddressInfo | None:
    """Return how to reach an address; None for a name, which must be asked for."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    tcp = (socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
    if isinstance(address, IPv4Address):
        return (socket.AF_INET, *tcp, (str(address), port))
    return (socket.AF_INET6, *tcp, (str(address), port, 0, 0))
