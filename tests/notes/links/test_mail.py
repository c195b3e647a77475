"""Mail addresses are judged by their syntax and, where DNS answers, by their host."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator

import dns.message
import dns.rcode
import dns.rrset
import pytest
from dns.asyncresolver import Resolver

from notes.links import mail
from notes.links.results import Result

ZONE = {
    ("there.example.", "A"): "192.0.2.1",
    ("mail.example.", "MX"): "10 mx.mail.example.",
    ("none.example.", "MX"): "0 .",
    ("itself.example.", "AAAA"): "2001:db8::1",
    ("xn--bcher-kva.example.", "MX"): "10 mx.mail.example.",
}
KNOWN = {name for name, _ in ZONE}


class Dns:
    """A name server on loopback that answers from ZONE, or not at all."""

    def __init__(self) -> None:
        self.zone = dict(ZONE)
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def resolver(self) -> Resolver:
        resolver = Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = self._socket.getsockname()[1]
        return resolver

    def stop(self) -> None:
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            wire, client = self._socket.recvfrom(4096)
            if not wire:
                return
            self._socket.sendto(self._answer(dns.message.from_wire(wire)), client)

    def _answer(self, query: dns.message.Message) -> bytes:
        (question,) = query.question
        name, kind = str(question.name), question.rdtype.name
        self.asked.append(f"{kind} {name}")
        response = dns.message.make_response(query)
        if data := self.zone.get((name, kind)):
            response.answer.append(dns.rrset.from_text(name, 60, "IN", kind, data))
        elif name == "ill.example.":
            response.set_rcode(dns.rcode.SERVFAIL)
        elif name not in KNOWN:
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire()


@pytest.fixture
def names() -> Iterator[Dns]:
    server = Dns()
    yield server
    server.stop()


def look(server: Dns, *urls: str) -> dict[str, Result]:
    async def run() -> dict[str, Result]:
        found = mail.look(urls, canary_host="there.example", resolver=server.resolver())
        return {result.url: result async for result in found}

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("host", "verdict"),
    [
        ("mail.example", "alive"),
        ("itself.example", "alive"),
        ("MAIL.example", "alive"),
        ("b\u00fccher.example", "alive"),
        ("none.example", "dead"),
        ("unknown.example", "dead"),
        ("ill.example", "alive"),
    ],
)
def test_a_host_is_judged_by_what_dns_says(names: Dns, host: str, verdict: str) -> None:
    url = f"mailto:ada@{host}"
    assert look(names, url)[url].verdict == verdict


@pytest.mark.parametrize(
    "address", ["ada@", "@mail.example", "ada", "a b@mail.example", "ada@-.example"]
)
def test_what_is_no_address_is_dead_without_a_question(
    names: Dns, address: str
) -> None:
    url = f"mailto:{address}"
    assert look(names, url)[url].verdict == "dead"
    assert names.asked == []


def test_each_of_several_addresses_has_to_be_right(names: Dns) -> None:
    found = look(
        names,
        "mailto:ada@mail.example,grace@itself.example",
        "mailto:ada@mail.example,grace@none.example",
        "MAILTO:?subject=Read%20this",
    )
    assert [found[url].verdict for url in sorted(found)] == ["alive", "alive", "dead"]


def test_a_host_is_asked_for_once(names: Dns) -> None:
    look(names, "mailto:ada@mail.example", "mailto:grace@mail.example?subject=x")
    assert names.asked == ["MX mail.example."]


def test_where_dns_knows_nobody_the_syntax_alone_counts(names: Dns) -> None:
    names.zone.clear()
    result = look(names, "mailto:ada@unknown.example")["mailto:ada@unknown.example"]
    assert result.verdict == "alive"
    assert "could not be looked up" in result.reason


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("mailto:ada@Mail.Example?subject=Hi", "mailto:ada@mail.example"),
        ("MailTo:%61da@b\u00fccher.example", "mailto:ada@xn--bcher-kva.example"),
        ("mailto:a@x.example, b@y.example", "mailto:a@x.example,b@y.example"),
        ("mailto:nobody", "mailto:nobody"),
    ],
)
def test_one_row_stands_for_every_spelling(written: str, normal: str) -> None:
    assert mail.is_mail(written)
    assert mail.normalise(written) == normal
    assert mail.normalise(normal) == normal
