"""Asks the DNS, for a few seconds at most, for what a domain says about its mail."""

from __future__ import annotations

import dns.exception
import dns.resolver

LIFETIME_SECONDS = 3


class NameServerAwayError(Exception):
    """No name server answers."""


def texts(name: str) -> list[str]:
    """The TXT records of a name, none if there is none; may raise the error above."""
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=LIFETIME_SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise NameServerAwayError(NameServerAwayError.__doc__) from error
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
