"""A missing name is told from a machine that cannot look names up."""

from __future__ import annotations

import asyncio
import socket

import pytest

from notes.links.addresses import AddressInfo
from notes.links.check import Policy, Result, Verdict, check_urls
from notes.links.resolve import Resolver, literal


class Names(Resolver):
    """Knows nothing but what it is told; counts what it is asked."""

    def __init__(self, known: set[str], error: int) -> None:
        self.known, self.error = known, error
        self.asked: list[str] = []

    async def resolve(self, host: str, port: int) -> list[AddressInfo]:
        self.asked.append(host)
        if host not in self.known:
            raise socket.gaierror(self.error, "Name or service not known")
        address = literal("127.0.0.1", port)
        assert address
        return [address]


def look(names: Names, *links: str) -> dict[str, Result]:
    policy = Policy(backoff_seconds=0.001, canary_host="canary.test")

    async def run() -> dict[str, Result]:
        found = check_urls(links, policy=policy, resolver=names)
        return {result.url: result async for result in found}

    return asyncio.run(run())


@pytest.mark.parametrize("error", [socket.EAI_NONAME, socket.EAI_AGAIN])
def test_a_name_is_dead_where_other_names_are_found(error: int) -> None:
    names = Names({"canary.test"}, error)
    result = look(names, "http://gone.net/")["http://gone.net/"]
    assert result.verdict is Verdict.DEAD
    assert "gone.net" in result.reason


@pytest.mark.parametrize("error", [socket.EAI_NONAME, socket.EAI_AGAIN])
def test_nothing_is_concluded_where_no_name_is_found(error: int) -> None:
    names = Names(set(), error)
    links = [f"http://host{n}.net/" for n in range(5)]
    found = look(names, *links)
    assert {result.verdict for result in found.values()} == {Verdict.UNCHECKED}
    assert names.asked.count("canary.test") == 1


def test_a_name_that_nobody_can_register_is_dead_without_asking_for_another() -> None:
    names = Names(set(), socket.EAI_NONAME)
    result = look(names, "http://host.invalid/")["http://host.invalid/"]
    assert result.verdict is Verdict.DEAD
    assert names.asked == ["host.invalid"]
