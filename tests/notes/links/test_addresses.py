"""No spelling, name or redirect leads a check to an address that is not public.

Each way around the guard is tried against a listener that must see no connection;
the same listener is reached where the policy opens its network, so silence is proof.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes.links.addresses import AddressInfo, refusal
from notes.links.check import Policy, Result, Verdict, check_urls
from notes.links.resolve import Resolver, literal
from tests.notes.links.spellings import LITERALS, NAMES

OPEN = Policy()
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def redirect(status: int, location: str) -> bytes:
    head = f"HTTP/1.1 {status} Go\r\nLocation: {location}\r\nConnection: close\r\n"
    return f"{head}Content-Length: 0\r\n\r\n".encode()


@dataclass
class Listener:
    """Counts connections on every loopback address of both families."""

    port: int = 0
    connections: list[str] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=lambda: [OK])

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.connections.append(str(writer.get_extra_info("sockname")))
        await reader.readuntil(b"\r\n\r\n")
        writer.write(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
        await writer.drain()
        writer.close()


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    listener = Listener()
    # An IPv6 socket for every address also takes what comes over IPv4.
    everywhere = socket.create_server(
        ("::", 0), family=socket.AF_INET6, dualstack_ipv6=True
    )
    server = await asyncio.start_server(listener.serve, sock=everywhere)
    listener.port = everywhere.getsockname()[1]
    try:
        yield listener
    finally:
        server.close()


class FakeNames(Resolver):
    """Answers from a table, a list of answers one after the other."""

    def __init__(self, table: dict[str, list[list[str]]]) -> None:
        self.table = {name: list(answers) for name, answers in table.items()}

    async def resolve(self, host: str, port: int) -> list[AddressInfo]:
        answers = self.table[host.rstrip(".")]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [info for one in addresses if (info := literal(one, port))]


async def look(
    link: str, listener: Listener, resolver: Resolver | None, *allow: str
) -> Result:
    policy = Policy(
        allow_networks=tuple(map(ipaddress.ip_network, allow)),
        ports=frozenset({80, 443, listener.port}),
        backoff_seconds=0.01,
        connect_seconds=0.5,
        total_seconds=1.0,
    )
    (result,) = [
        result async for result in check_urls([link], policy=policy, resolver=resolver)
    ]
    return result


def with_listener(
    scene: Callable[[Listener], Awaitable[Result]],
) -> tuple[Result, list[str]]:
    async def run() -> tuple[Result, list[str]]:
        async with listening() as listener:
            result = await scene(listener)
            # A connection that is on its way gets the time to arrive.
            await asyncio.sleep(0.01)
            return result, listener.connections

    return asyncio.run(run())


@pytest.mark.parametrize("literal", LITERALS)
def test_no_spelling_of_an_address_is_connected_to(literal: str) -> None:
    async def scene(listener: Listener) -> Result:
        return await look(f"http://{literal}:{listener.port}/", listener, None)

    result, connections = with_listener(scene)
    assert connections == []
    # A resolver may not know localhost with a dot at its end.
    no_name = {Verdict.DEAD, Verdict.UNCHECKED} if literal == "localhost." else set()
    assert result.verdict in {Verdict.UNSAFE, Verdict.UNSUPPORTED} | no_name


def test_there_are_enough_ways_around_the_guard_to_trust_the_test() -> None:
    assert len(set(LITERALS)) + len(NAMES) >= 60


@pytest.mark.parametrize(
    ("literal", "network"),
    [
        ("127.0.0.1", "127.0.0.0/8"),
        ("2130706433", "127.0.0.0/8"),
        ("[::1]", "::1/128"),
        ("[::ffff:127.0.0.1]", "127.0.0.0/8"),
        ("localhost", "127.0.0.0/8"),
    ],
)
def test_the_listener_is_reached_where_the_policy_opens_its_network(
    literal: str, network: str
) -> None:
    async def scene(listener: Listener) -> Result:
        return await look(f"http://{literal}:{listener.port}/", listener, None, network)

    result, connections = with_listener(scene)
    assert len(connections) == 1
    assert result.verdict is Verdict.ALIVE


@pytest.mark.parametrize("name", NAMES)
def test_no_name_leads_to_a_private_address(name: str) -> None:
    async def scene(listener: Listener) -> Result:
        resolver = FakeNames({name: [NAMES[name]]})
        return await look(f"http://{name}:{listener.port}/", listener, resolver)

    result, connections = with_listener(scene)
    assert connections == []
    assert result.verdict is Verdict.UNSAFE


def test_a_name_that_changes_its_answer_after_the_first_look_is_caught() -> None:
    resolver = FakeNames({"rebinding.test": [["127.9.9.9"], ["127.0.0.1"]]})

    async def scene(listener: Listener) -> Result:
        link = f"http://rebinding.test:{listener.port}/"
        first = await look(link, listener, resolver, "127.9.9.9/32")
        assert first.verdict is Verdict.ALIVE
        return await look(link, listener, resolver, "127.9.9.9/32")

    result, connections = with_listener(scene)
    assert len(connections) == 1
    assert "127.9.9.9" in connections[0]
    assert result.verdict is Verdict.UNSAFE


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "target",
    ["//127.0.0.1:{port}/", "http://localhost:{port}", "http://[::1]:{port}/"],
)
def test_no_redirect_leads_to_a_private_address(status: int, target: str) -> None:
    async def scene(listener: Listener) -> Result:
        listener.answers = [redirect(status, target.format(port=listener.port))]
        link = f"http://127.7.7.7:{listener.port}/"
        return await look(link, listener, None, "127.7.7.7/32")

    result, connections = with_listener(scene)
    assert len(connections) == 1
    assert "127.7.7.7" in connections[0]
    assert result.verdict is Verdict.UNSAFE


def test_the_last_of_many_redirects_is_guarded_like_the_first() -> None:
    async def scene(listener: Listener) -> Result:
        hosts = [*(f"127.7.7.{n}" for n in range(1, 6)), "127.0.0.1"]
        links = [f"http://{host}:{listener.port}/" for host in hosts]
        listener.answers = [redirect(302, link) for link in links]
        first = f"http://127.7.7.7:{listener.port}/"
        return await look(first, listener, None, "127.7.7.0/24")

    result, connections = with_listener(scene)
    assert all("127.7.7." in address for address in connections)
    assert result.verdict is Verdict.UNSAFE
    assert len(result.redirects) == len(connections) == 6


@pytest.mark.parametrize("port", [22, 25, 3306, 5432, 6379, 8080, 11211])
def test_a_public_address_is_reached_on_the_ports_of_the_web_only(port: int) -> None:
    assert refusal("93.184.215.14", port, OPEN) is not None
    assert refusal("93.184.215.14", 443, OPEN) is None


def test_an_opened_network_is_reached_on_any_port_and_only_that_network() -> None:
    policy = Policy(allow_networks=(ipaddress.ip_network("10.1.0.0/16"),))
    assert refusal("10.1.2.3", 8080, policy) is None
    assert refusal("::ffff:10.1.2.3", 8080, policy) is None
    assert refusal("10.2.2.3", 80, policy) is not None


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_public_addresses_are_reached_also_in_their_translated_forms(
    address: str,
) -> None:
    assert refusal(address, 443, OPEN) is None


@given(st.ip_addresses())
def test_what_python_calls_private_is_never_reached(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if not address.is_global or address.is_multicast:
        mapped = getattr(address, "ipv4_mapped", None)
        assert mapped is not None or refusal(str(address), 443, OPEN) is not None


@given(st.ip_addresses(v=4))
def test_every_wrapping_of_an_ipv4_address_is_judged_no_milder_than_itself(
    address: ipaddress.IPv4Address,
) -> None:
    if refusal(str(address), 443, OPEN) is None:
        return
    number = int(address)
    wrappings = [
        0xFFFF << 32 | number,
        number,
        0x64FF9B << 96 | number,
        0x2002 << 112 | number << 80,
        0x20010000 << 96 | number << 64,
        0x20010000 << 96 | (number ^ 0xFFFFFFFF),
    ]
    for wrapping in wrappings:
        assert refusal(str(ipaddress.IPv6Address(wrapping)), 443, OPEN) is not None
