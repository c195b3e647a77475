"""Hosts take turns, none holds more workers than it may, and no job is lost."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from notes.links.schedule import Job, Schedule


def job(host: str, number: int = 0) -> Job:
    return Job(f"http://{host}/{number}", host)


def test_hosts_take_turns() -> None:
    async def scene() -> list[str]:
        schedule = Schedule(per_host=8)
        for host in ["a", "a", "a", "b", "b", "c"]:
            schedule.add(job(host))
        taken = [await schedule.take() for _ in range(6)]
        return [found.host for found in taken if found]

    assert asyncio.run(scene()) == ["a", "b", "c", "a", "b", "a"]


def test_a_host_with_more_to_do_than_others_comes_first_until_it_has_not() -> None:
    async def scene() -> str:
        schedule = Schedule(per_host=8)
        for host in "aaaaaabcd":
            schedule.add(job(host))
        taken = [await schedule.take() for _ in range(9)]
        return "".join(found.host for found in taken if found)

    assert asyncio.run(scene()) == "aaaabcdaa"


def test_a_host_at_its_limit_waits_until_one_is_finished() -> None:
    async def scene() -> list[bool]:
        schedule = Schedule(per_host=1)
        schedule.add(job("a", 1))
        schedule.add(job("a", 2))
        first = await schedule.take()
        second = asyncio.create_task(schedule.take())
        await asyncio.sleep(0.01)
        states = [second.done()]
        assert first is not None
        schedule.finish(first)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return [*states, second.done()]

    assert asyncio.run(scene()) == [False, True]


def test_a_job_that_runs_again_comes_after_its_pause_and_before_new_ones() -> None:
    async def scene() -> list[str]:
        schedule = Schedule(per_host=1)
        for number in range(3):
            schedule.add(job("a", number))
        first = await schedule.take()
        assert first is not None
        schedule.again(first, 0.0)
        order = []
        while (found := await schedule.take()) is not None:
            order.append(found.page[-1])
            schedule.finish(found)
        return order

    assert asyncio.run(scene()) == ["0", "1", "2"]


def test_a_resting_host_does_not_hold_up_the_others() -> None:
    async def scene() -> list[str]:
        schedule = Schedule(per_host=2)
        schedule.add(job("a"))
        schedule.add(job("b"))
        first = await schedule.take()
        assert first is not None
        schedule.rest(first, 0.05)
        order = []
        while (found := await schedule.take()) is not None:
            order.append(found.host)
            schedule.finish(found)
        return order

    assert asyncio.run(scene()) == ["b", "a"]


def test_a_held_host_is_taken_up_again_when_one_of_its_jobs_is_finished() -> None:
    async def scene() -> list[str]:
        schedule = Schedule(per_host=3)
        for number in range(3):
            schedule.add(job("a", number))
        first, second = await schedule.take(), await schedule.take()
        assert first is not None
        assert second is not None
        schedule.hold(second, 60.0)
        third = asyncio.create_task(schedule.take())
        await asyncio.sleep(0.01)
        assert not third.done()
        schedule.finish(first)
        found = await third
        return [found.page[-1]] if found else []

    assert asyncio.run(scene()) == ["1"]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from("abc"), max_size=12),
    st.integers(1, 3),
    st.integers(1, 8),
    st.integers(0, 2**32),
)
def test_every_job_is_finished_once_whatever_happens_to_it(
    hosts: list[str], per_host: int, workers: int, seed: int
) -> None:
    active: Counter[str] = Counter()
    finished: Counter[str] = Counter()
    chance = random.Random(seed)

    async def work(schedule: Schedule) -> None:
        while (found := await schedule.take()) is not None:
            active[found.host] += 1
            assert active[found.host] <= per_host
            await asyncio.sleep(0)
            active[found.host] -= 1
            match chance.randrange(5):
                case 0:
                    schedule.again(found, 0.0001)
                case 1:
                    schedule.rest(found, 0.0001)
                case 2:
                    schedule.hold(found, 0.0001)
                case _:
                    finished[found.page] += 1
                    schedule.finish(found)

    async def scene() -> None:
        schedule = Schedule(per_host)
        for number, host in enumerate(hosts):
            schedule.add(job(host, number))
        async with asyncio.timeout(10), asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(work(schedule))

    asyncio.run(scene())
    assert len(finished) == len(hosts)
    assert set(finished.values()) <= {1}
