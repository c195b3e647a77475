"""Slots of a host are halved when it is overrun and come back one by one."""

from __future__ import annotations

import asyncio

from notes.links.hosts import LocalHosts


async def free_slots(hosts: LocalHosts, host: str) -> int:
    taken = 0
    while await hosts.enter(host) == 0.0:
        taken += 1
    for _ in range(taken):
        await hosts.leave(host, None, None)
    return taken


def test_a_host_has_as_many_slots_as_it_may_and_gets_them_back() -> None:
    async def scene() -> list[int]:
        hosts = LocalHosts(3)
        return [await free_slots(hosts, "a"), await free_slots(hosts, "a")]

    assert asyncio.run(scene()) == [3, 3]


def test_being_told_to_slow_down_halves_the_slots_and_success_restores_them() -> None:
    async def scene() -> list[int]:
        hosts = LocalHosts(8)
        counts = []
        for status in [429, 429, 503, 429, *[200] * 40]:
            await hosts.enter("a")
            await hosts.leave("a", status, None)
            counts.append(await free_slots(hosts, "a"))
        return counts

    counts = asyncio.run(scene())
    assert counts[:4] == [4, 2, 1, 1]
    assert counts[4:] == sorted(counts[4:])
    assert counts[-1] == 8


def test_a_rest_that_a_host_asked_for_holds_for_that_host_only() -> None:
    async def scene() -> tuple[float, float]:
        hosts = LocalHosts(2)
        await hosts.enter("a")
        await hosts.leave("a", 429, 60.0)
        return await hosts.enter("a"), await hosts.enter("b")

    rest, other = asyncio.run(scene())
    assert 59 < rest <= 60
    assert other == 0.0


def test_a_shorter_rest_does_not_cut_a_longer_one() -> None:
    async def scene() -> float:
        hosts = LocalHosts(2)
        await hosts.enter("a")
        await hosts.enter("a")
        await hosts.leave("a", 429, 60.0)
        await hosts.leave("a", 429, 1.0)
        return await hosts.enter("a")

    assert asyncio.run(scene()) > 50
