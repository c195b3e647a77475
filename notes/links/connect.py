"""Opens connections: each socket passes the guard, and each failure gets its name."""

from __future__ import annotations

import asyncio
import errno
import re
import socket
import ssl
from functools import cache

import aiohappyeyeballs

from notes.links.addresses import AddressInfo, guarded_sockets, why_not
from notes.links.exchange import Connection
from notes.links.observations import Failure, FetchError, brief
from notes.links.policy import Policy
from notes.links.resolve import Addresses
from notes.links.urls import Address

# RFC 8305: so long the first address has for itself.
HEAD_START_SECONDS = 0.25
NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
NO_ROUTE = {
    errno.EACCES,
    errno.EADDRNOTAVAIL,
    errno.EHOSTUNREACH,
    errno.ENETDOWN,
    errno.ENETUNREACH,
}
# The codes of OpenSSL's X509_verify_cert_error_string that servers really show.
CERTIFICATE_FAULTS = {
    9: "is not valid yet",
    10: "has expired",
    18: "is self-signed",
    19: "comes from an authority that nobody knows",
    20: "comes from an authority that nobody knows, or its chain is incomplete",
    21: "comes without the rest of its chain",
    23: "was revoked",
    62: "is for another host",
    64: "is for another address",
}
# What `ssl` puts around the words of an error that it has no name for.
SOURCE_OF_ERROR = re.compile(r"^\[[^\]]*\] | \(_ssl.*\)$")


class Connector:
    """Opens connections by one policy."""

    def __init__(
        self, policy: Policy, addresses: Addresses, tls: ssl.SSLContext | None
    ) -> None:
        self._policy = policy
        self._open_socket = guarded_sockets(policy)
        self._addresses = addresses
        self._tls = tls

    async def open(self, to: Address) -> Connection:
        """Connect; raise `FetchError` where that fails, `TimeoutError` if it lasts."""
        host = to.host.strip("[]")
        try:
            addresses = await self._addresses.of(host, to.port)
        except OSError as error:
            raise _no_name(host, error) from error
        is_safe = to.scheme == "https"
        try:
            async with asyncio.timeout(self._policy.connect_seconds):
                open_socket = await aiohappyeyeballs.start_connection(
                    addresses,
                    happy_eyeballs_delay=HEAD_START_SECONDS,
                    socket_factory=self._open_socket,
                )
                _, connection = await asyncio.get_running_loop().create_connection(
                    Connection,
                    sock=open_socket,
                    ssl=(self._tls or default_tls()) if is_safe else None,
                    server_hostname=host.rstrip(".") if is_safe else None,
                )
                return connection
        except TimeoutError:
            raise
        except OSError as error:
            raise self._refused(error, addresses) or _no_connection(error) from error

    def _refused(self, error: OSError, to: list[AddressInfo]) -> FetchError | None:
        """Say what the guard said: of several refusals in one error, the first."""
        if error.errno != errno.EACCES:
            return None
        why = why_not(to[0], self._policy)
        return FetchError(Failure.ADDRESS_REFUSED, why) if why else None


@cache
def default_tls() -> ssl.SSLContext:
    """What this machine trusts; read once, for it takes a while."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _no_name(host: str, error: OSError) -> FetchError:
    if error.errno in NO_SUCH_NAME:
        return FetchError(Failure.NO_SUCH_NAME, f"DNS knows no host {host}.")
    return FetchError(
        Failure.NAME_UNAVAILABLE, f"DNS could not be asked for {host}: {brief(error)}."
    )


def _no_connection(error: OSError) -> FetchError:
    """Name what went wrong, from the most particular kind to the least."""
    match error:
        case ssl.SSLCertVerificationError():
            why = CERTIFICATE_FAULTS.get(error.verify_code) or error.verify_message
            return FetchError(Failure.TLS, f"Its certificate {why}.")
        case ssl.SSLError():
            words = error.reason or SOURCE_OF_ERROR.sub("", brief(error))
            reason = words.replace("_", " ").lower()
            why = f"No TLS connection could be made: {reason}."
            return FetchError(Failure.TLS, why)
        case ConnectionRefusedError():
            why = "The server refused the connection."
            return FetchError(Failure.CONNECTION_REFUSED, why)
    if error.errno in NO_ROUTE:
        return FetchError(Failure.NO_ROUTE, f"No route to the host: {brief(error)}.")
    return FetchError(Failure.CONNECTION_LOST, f"No connection: {brief(error)}.")
