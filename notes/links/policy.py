"""What a check may reach, and how long, how much and how often it may ask."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Policy:
    """The bounds of one run; the defaults are the polite ones."""

    allow_networks: tuple[Network, ...] = ()
    ports: frozenset[int] = frozenset({80, 443})
    connect_seconds: float = 10.0
    total_seconds: float = 20.0
    body_seconds: float = 5.0
    max_body_bytes: int = 65_536
    max_fragment_bytes: int = 1_048_576
    max_redirects: int = 10
    concurrency: int = 128
    per_host: int = 8
    retries: int = 2
    backoff_seconds: float = 0.5
    max_wait_seconds: float = 30.0
    max_host_failures: int = 24
    budget_seconds: float | None = None
    is_robots_txt_obeyed: bool = False
    canary_host: str = "example.com"
    user_agent: str = "Mozilla/5.0 (compatible; NexusLinkCheck/1.0)"
