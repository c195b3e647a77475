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
from aiohttp.abc import ResolveResult
from hypothesis import given
from hypothesis import strategies as st

from notes.links.addresses import refusal
from notes.links.check import Policy, Result, Verdict, check_urls
from notes.links.fetch import Resolver

OPEN = Policy()
# What a spelled-out address, a name or a redirect may never make a check connect to.
# PORT is the listener's; hosts that are not loopback have no listener, only a refusal.
LITERALS = [
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "2130706433",
    "0x7f000001",
    "0X7F000001",
    "0x7f.0x0.0x0.0x1",
    "0x7f.1",
    "0177.0.0.1",
    "0177.1",
    "017700000001",
    "00000177.0.0.1",
    "0x00007f.0.0.1",
    "0",
    "0.0.0.0",
    "0x0",
    "%31%32%37.0.0.1",
    "127%2e0%2E0%2e1",
    "127.0.0.%31",
    "\uff11\uff12\uff17.0.0.1",
    "127\u30020\u30020\u30021",
    "127\uff0e0\uff0e0\uff0e1",
    "\u2460\u2461\u2466.0.0.1",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3",
    "user@127.0.0.1",
    "user:password@127.0.0.1",
    "public.example@127.0.0.1",
    "public.example:80@127.0.0.1",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000:0000:0000:0000:0000:0000:0000:0001]",
    "[::]",
    "[::0.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::FFFF:7F00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::ffff:0.0.0.0]",
    "[::127.0.0.1]",
    "[::7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[::ffff:0:127.0.0.1]",
    "[2002:7f00:1::]",
    "[2002:7f00:1::1]",
    "[2001:0:7f00:1::]",
    "[2001::80ff:fffe]",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "[fe80::1%lo]",
    "[febf::1]",
    "[fec0::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[ff0e::1]",
    "[100::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[5f00::1]",
    "[64:ff9b::a9fe:a9fe]",
    "[::ffff:169.254.169.254]",
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "169.254.170.2",
    "168.63.129.16",
    "100.100.100.200",
    "192.0.0.192",
    "10.0.0.1",
    "012.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "192.168.257",
    "100.64.0.1",
    "198.18.0.1",
    "192.0.2.1",
    "198.51.100.1",
    "203.0.113.1",
    "192.88.99.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
]
NAMES = {
    "a-record.test": ["127.0.0.1"],
    "aaaa-record.test": ["::1"],
    "mapped-record.test": ["::ffff:127.0.0.1"],
    "nat64-record.test": ["64:ff9b::7f00:1"],
    "zero-record.test": ["0.0.0.0"],
    "many-records.test": ["127.0.0.1", "127.0.0.2", "::1"],
    "metadata-record.test": ["169.254.169.254"],
    "scoped-record.test": ["fe80::1%lo"],
    "site-local-record.test": ["fec0::1"],
    "xn--80ak6aa92e.test": ["127.0.0.1"],
}


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

    async def resolve(
        self, host: str, port: int = 0, family: int = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        assert family == socket.AF_UNSPEC
        answers = self.table[host.rstrip(".")]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        """Nothing is held."""


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
