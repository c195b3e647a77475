"""A real name server on loopback that answers from a dictionary."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset

Zone = Mapping[str, list[str]]


def answer(question: bytes, zone: Zone) -> bytes:
    query = dns.message.from_wire(question)
    response = dns.message.make_response(query)
    response.flags |= dns.flags.RA
    name = query.question[0].name.to_text().rstrip(".").lower()
    if name not in zone:
        response.set_rcode(dns.rcode.NXDOMAIN)
    elif zone[name]:
        texts = [f'"{text}"' for text in zone[name]]
        response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "TXT", *texts))
    return response.to_wire()


@contextmanager
def name_server(zone: Zone) -> Iterator[None]:
    """Runs it in a thread; every lookup of this process goes there meanwhile."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            question, socket = self.request
            socket.sendto(answer(question, zone), self.client_address)

    before = dns.resolver.get_default_resolver()
    with socketserver.UDPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        dns.resolver.default_resolver = resolver(server.server_address[1])
        try:
            yield
        finally:
            dns.resolver.default_resolver = before
            server.shutdown()


def resolver(port: int) -> dns.resolver.Resolver:
    asked = dns.resolver.Resolver(configure=False)
    asked.nameservers, asked.port = ["127.0.0.1"], port
    return asked
