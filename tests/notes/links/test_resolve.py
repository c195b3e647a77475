"""Names are asked for once by all who want them, and a failure is not kept."""

from __future__ import annotations

import asyncio
import socket

import pytest

from notes.links.addresses import AddressInfo
from notes.links.resolve import Addresses, SystemResolver, literal


class SlowNames:
    """Counts what it is asked; fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.asked: list[str] = []
        self.failures = failures

    async def resolve(self, host: str, port: int) -> list[AddressInfo]:
        self.asked.append(host)
        await asyncio.sleep(0.01)
        if len(self.asked) <= self.failures:
            raise socket.gaierror(socket.EAI_AGAIN, "try again")
        address = literal("192.0.2.1", port)
        assert address
        return [address]


def test_hundreds_who_want_one_name_ask_once() -> None:
    async def run() -> tuple[list[str], int]:
        names = SlowNames()
        addresses = Addresses(names)
        found = await asyncio.gather(*(addresses.of("a.test", 80) for _ in range(300)))
        await addresses.of("a.test", 80)
        return names.asked, len({str(one) for one in found})

    assert asyncio.run(run()) == (["a.test"], 1)


def test_a_failure_is_told_to_all_who_wait_and_then_asked_again() -> None:
    async def run() -> tuple[list[type[BaseException]], int]:
        names = SlowNames(failures=1)
        addresses = Addresses(names)
        waiting = (addresses.of("a.test", 80) for _ in range(3))
        failed = await asyncio.gather(*waiting, return_exceptions=True)
        await asyncio.sleep(0.01)
        await addresses.of("a.test", 80)
        return [type(one) for one in failed if isinstance(one, OSError)], len(
            names.asked
        )

    assert asyncio.run(run()) == ([socket.gaierror] * 3, 2)


def test_one_who_gives_up_does_not_take_the_answer_from_the_others() -> None:
    async def run() -> list[AddressInfo]:
        addresses = Addresses(SlowNames())
        hasty = asyncio.create_task(addresses.of("a.test", 80))
        patient = asyncio.create_task(addresses.of("a.test", 80))
        await asyncio.sleep(0)
        hasty.cancel()
        return await patient

    assert len(asyncio.run(run())) == 1


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_an_address_is_no_name_to_ask_for(address: str) -> None:
    async def run() -> tuple[list[AddressInfo], list[str]]:
        names = SlowNames()
        return await Addresses(names).of(address, 80), names.asked

    found, asked = asyncio.run(run())
    assert found[0][4][:2] == (address, 80)
    assert asked == []


def test_the_system_knows_this_machine() -> None:
    found = asyncio.run(SystemResolver().resolve("localhost", 80))
    assert {info[4][0] for info in found} <= {"127.0.0.1", "::1"}
    assert found
