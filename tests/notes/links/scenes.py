"""Runs a scene in a zoo and hands back what the checker saw."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import TypeVar

from notes.links.check import Result, check_urls
from notes.links.fetch import Resolver
from tests.notes.links.zoo import Zoo, policy

T = TypeVar("T")


def in_zoo(scene: Callable[[Zoo], Awaitable[T]]) -> T:
    async def run() -> T:
        async with Zoo() as zoo:
            return await scene(zoo)

    return asyncio.run(run())


async def look(
    *links: str,
    resolver: Resolver | None = None,
    tls: ssl.SSLContext | None = None,
    **changes: object,
) -> dict[str, Result]:
    found = check_urls(links, policy=policy(**changes), resolver=resolver, tls=tls)
    return {result.url: result async for result in found}


async def look_at(link: str, **changes: object) -> Result:
    return (await look(link, **changes))[link]
