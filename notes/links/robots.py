"""What a host's robots.txt says to link checks, where an operator wants it obeyed."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from urllib.robotparser import RobotFileParser

from notes.links.chain import Chain

NAME = "NexusLinkCheck"
# RFC 9309 asks for 500 KiB at least.
MOST_BYTES = 512_000


class Robots:
    """Asks each host once a run; one that has no robots.txt forbids nothing."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._rules: dict[str, asyncio.Task[RobotFileParser | None]] = {}

    async def allows(self, page: str) -> bool:
        """Tell whether a normalised URL may be asked for."""
        origin = "/".join(page.split("/", 3)[:3])
        if origin not in self._rules:
            self._rules[origin] = asyncio.create_task(self._read(origin))
        rules = await asyncio.shield(self._rules[origin])
        return rules is None or rules.can_fetch(NAME, page)

    async def _read(self, origin: str) -> RobotFileParser | None:
        visit = await self._chain.visit("GET", f"{origin}/robots.txt", limit=MOST_BYTES)
        if visit.answer is None or visit.answer.status != HTTPStatus.OK:
            return None
        rules = RobotFileParser()
        rules.parse(visit.text.splitlines())
        return rules
