"""Whether a name that DNS does not know is missing, or DNS itself is away."""

from __future__ import annotations

import asyncio

from notes.links.chain import Visit
from notes.links.fetch import Fetcher
from notes.links.observations import Failure, FetchError

# RFC 2606 and RFC 6761: nobody can register these, so their absence proves nothing.
RESERVED = (".example", ".invalid", ".localhost", ".test")
NAME_FAILURES = frozenset({Failure.NO_SUCH_NAME, Failure.NAME_UNAVAILABLE})


class Names:
    """Asks once a run, and only after a failure, for a name that surely exists."""

    def __init__(self, fetcher: Fetcher, canary_host: str) -> None:
        self._fetcher = fetcher
        self._canary_host = canary_host
        self._canary: asyncio.Task[bool] | None = None

    async def correct(self, visit: Visit) -> None:
        """Turn a failed name into 'could not look' where no name can be looked up."""
        error = visit.error
        if error is None or error.failure not in NAME_FAILURES:
            return
        host = visit.host.partition(":")[0].removesuffix(".")
        if error.failure is Failure.NO_SUCH_NAME and host.endswith(RESERVED):
            return
        if await self._is_dns_there():
            message = f"DNS knows no host {host}."
            if error.failure is Failure.NAME_UNAVAILABLE:
                message = f"The name servers of {host} do not answer."
            visit.error = FetchError(Failure.NO_SUCH_NAME, message)
        else:
            message = f"DNS finds neither {host} nor {self._canary_host}: it is away."
            visit.error = FetchError(Failure.NAME_UNAVAILABLE, message)

    async def _is_dns_there(self) -> bool:
        if self._canary is None:
            self._canary = asyncio.create_task(self._fetcher.knows(self._canary_host))
        return await asyncio.shield(self._canary)
