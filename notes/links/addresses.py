"""Which addresses a check may reach, judged as the socket opens.

A name is resolved by somebody else's server, so only the address that a socket is
about to connect to can be trusted: names, redirects, rebinding and every spelling of
a literal all pass through here. Anything not known to be public is refused; the
networks are those of IANA's special-purpose registries and what clouds add to them.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from notes.links.policy import Network, Policy

PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# What getaddrinfo gives for one address; its last part starts with host and port.
AddressInfo = tuple[
    int | socket.AddressFamily,
    int | socket.SocketKind,
    int,
    str,
    tuple[Any, ...],
]
REFUSED: dict[str, str] = {
    "0.0.0.0/8": "this host",
    "10.0.0.0/8": "private",
    "100.64.0.0/10": "shared by a provider",
    "127.0.0.0/8": "loopback",
    "168.63.129.16/32": "a cloud's own service",
    "169.254.0.0/16": "link-local",
    "172.16.0.0/12": "private",
    "192.0.0.0/24": "reserved for protocols",
    "192.0.2.0/24": "documentation",
    "192.88.99.0/24": "a 6to4 relay",
    "192.168.0.0/16": "private",
    "198.18.0.0/15": "benchmarking",
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved",
    "2001::/23": "reserved for protocols",
    "2001:db8::/32": "documentation",
    "2002::/16": "a 6to4 tunnel",
    "3fff::/20": "documentation",
}
REFUSED_NETWORKS: tuple[tuple[Network, str], ...] = tuple(
    (ipaddress.ip_network(network), why) for network, why in REFUSED.items()
)


def refusal(host: str, port: int, policy: Policy) -> str | None:
    """Say in one sentence why this address may not be reached, or return None."""
    address = unwrap(ipaddress.ip_address(host.partition("%")[0]))
    if any(address in network for network in policy.allow_networks):
        return None
    if port not in policy.ports:
        return f"Port {port} is not one that link checks use."
    why = _why_not_public(address)
    return f"{address} is not a public address ({why})." if why else None


def why_not(info: AddressInfo, policy: Policy) -> str | None:
    """Say the same of an address as a socket takes it."""
    host, port = info[4][:2]
    return refusal(str(host), int(port), policy)


def unwrap(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Take out the IPv4 address that a mapped or NAT64 address really reaches."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _why_not_public(address: IPv4Address | IPv6Address) -> str | None:
    for network, why in REFUSED_NETWORKS:
        if address in network:
            return why
    if isinstance(address, IPv6Address) and address not in PUBLIC_IPV6:
        # Unique local, link-local, site-local, multicast and ::a.b.c.d among them.
        return "outside the public IPv6 space"
    return None if address.is_global else "not globally reachable"


def guarded_sockets(policy: Policy) -> Callable[[AddressInfo], socket.socket]:
    """Make the socket factory that every connection of a check passes through."""

    def open_socket(info: AddressInfo) -> socket.socket:
        if why := why_not(info, policy):
            raise PermissionError(errno.EACCES, why)
        return socket.socket(*info[:3])

    return open_socket
