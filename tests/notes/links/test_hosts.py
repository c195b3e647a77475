"""Slots of a host are halved when it is overrun and come back one by one."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from notes.links.hosts import Heard, LocalHosts

QUICK = Heard(200, 0.05)


async def free_slots(hosts: LocalHosts, host: str) -> int:
    taken = 0
    while await hosts.enter(host) == 0.0:
        taken += 1
    for _ in range(taken):
        hosts.leave(host)
    return taken


async def slots_after(*heard: Heard) -> list[int]:
    """The free slots of a host after each of these answers."""
    hosts = LocalHosts(8)
    counts = []
    for one in heard:
        assert await hosts.enter("a") == 0.0
        hosts.leave("a", one)
        counts.append(await free_slots(hosts, "a"))
    return counts


def test_a_host_has_as_many_slots_as_it_may_and_gets_them_back() -> None:
    async def scene() -> list[int]:
        hosts = LocalHosts(3)
        return [await free_slots(hosts, "a"), await free_slots(hosts, "a")]

    assert asyncio.run(scene()) == [3, 3]


def test_being_told_to_slow_down_halves_the_slots_and_success_restores_them() -> None:
    statuses = [429, 429, 503, 429, *[200] * 40]
    counts = asyncio.run(slots_after(*(Heard(status, 0.05) for status in statuses)))
    assert counts[:4] == [4, 2, 1, 1]
    assert counts[4:] == sorted(counts[4:])
    assert counts[-1] == 8


def test_a_host_that_gets_slower_and_slower_is_asked_for_less_at_once() -> None:
    late = [Heard(200, 0.5)] * 16
    counts = asyncio.run(slots_after(*[QUICK] * 8, *late))
    assert counts[:12] == [8] * 12
    assert counts[-1] <= 3


def test_timeouts_of_a_host_that_answered_count_as_strain() -> None:
    lost = [Heard(None, 10.0)] * 8
    assert asyncio.run(slots_after(*[QUICK] * 8, *lost))[-1] == 4


def test_a_few_slow_pages_are_no_strain() -> None:
    every_third = [QUICK, QUICK, Heard(200, 3.0)] * 20
    assert set(asyncio.run(slots_after(*every_third))) == {8}


def test_a_host_that_was_always_slow_is_not_held_to_be_strained() -> None:
    assert set(asyncio.run(slots_after(*[Heard(200, 3.0)] * 40))) == {8}


def test_no_more_is_asked_at_once_than_the_host_grants() -> None:
    counts = asyncio.run(slots_after(Heard(200, 0.05, requests_left=2), QUICK))
    assert counts[0] == 2
    assert counts[1] in {2, 3}


def test_a_rest_that_a_host_asked_for_holds_for_that_host_only() -> None:
    async def scene() -> tuple[float | None, float | None]:
        hosts = LocalHosts(2)
        await hosts.enter("a")
        hosts.leave("a", Heard(429, wait_seconds=60.0))
        return await hosts.enter("a"), await hosts.enter("b")

    rest, other = asyncio.run(scene())
    assert rest is not None
    assert 59 < rest <= 60
    assert other == 0.0


def test_a_shorter_rest_does_not_cut_a_longer_one() -> None:
    async def scene() -> float | None:
        hosts = LocalHosts(2)
        await hosts.enter("a")
        await hosts.enter("a")
        hosts.leave("a", Heard(429, wait_seconds=60.0))
        hosts.leave("a", Heard(429, wait_seconds=1.0))
        return await hosts.enter("a")

    assert (asyncio.run(scene()) or 0) > 50


HEARD = st.builds(
    Heard,
    status=st.sampled_from([None, 200, 404, 429, 503]),
    seconds=st.floats(0, 20),
    wait_seconds=st.none(),
    requests_left=st.none() | st.integers(0, 100),
)


@given(st.lists(HEARD, max_size=60))
def test_a_host_always_keeps_one_slot_and_never_gets_more_than_it_may(
    heard: list[Heard],
) -> None:
    assert {1, *asyncio.run(slots_after(*heard)), 8} <= set(range(1, 9))
