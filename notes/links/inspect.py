"""From a visit to what was seen: the signs of its page, and a second look if needed."""

from __future__ import annotations

import asyncio
import secrets

from notes.links import pages
from notes.links.anchors import has_anchor
from notes.links.chain import Chain, Visit
from notes.links.exchange import Response
from notes.links.observations import Seen, Sign
from notes.links.pages import Page
from notes.links.schedule import Job

READ_STATUSES = frozenset({200, 202, 203, 403, 503})
# What Cloudflare and AWS send along with a challenge, whatever status it has.
WALLS = frozenset({"cf-mitigated", "x-amzn-waf-action"})
HTML_TYPES = ("text/html", "application/xhtml")


class Inspector:
    """Reads pages; asks each folder of a host at most once for a made-up path."""

    def __init__(self, chain: Chain, limit: int) -> None:
        self._chain = chain
        self._limit = limit
        self._probes: dict[str, asyncio.Task[Visit]] = {}

    async def page_signs(self, visit: Visit) -> frozenset[Sign]:
        """Return the signs that hold for the page as a whole."""
        if visit.answer and not WALLS.isdisjoint(visit.answer.headers):
            return frozenset({Sign.BOT_WALL})
        if not _is_html(visit.answer):
            return frozenset()
        page = Page(visit.text[: self._limit])
        found = pages.signs(page, visit.start, visit.url)
        is_suspect = pages.is_suspicious(page, visit.start, visit.url)
        if not found and is_suspect and await self._is_same_for_any_path(visit, page):
            found.add(Sign.SAME_AS_RANDOM_PATH)
        return frozenset(found)

    async def _is_same_for_any_path(self, visit: Visit, page: Page) -> bool:
        folder = visit.start.partition("?")[0].rpartition("/")[0]
        probe = self._probes.get(folder)
        if probe is None:
            made_up = f"{folder}/{secrets.token_hex(12)}"
            probe = self._probes[folder] = asyncio.create_task(self._probe(made_up))
        other = await asyncio.shield(probe)
        if not _is_html(other.answer):
            return False
        return pages.is_same_page(page, visit.url, Page(other.text), other.url)

    async def _probe(self, url: str) -> Visit:
        return await self._chain.visit("GET", url, limit=self._limit)


def seen(job: Job, visit: Visit, fragment: str, signs: frozenset[Sign]) -> Seen:
    """Put together all that one link's verdict rests on."""
    anchor = _anchor_sign(visit, fragment)
    return Seen(
        url=job.page,
        final_url=visit.url,
        hops=tuple(visit.hops),
        status=visit.answer.status if visit.answer else None,
        failure=visit.error.failure if visit.error else None,
        message=str(visit.error or ""),
        signs=signs | {anchor} if anchor else signs,
        fragment=fragment,
        wait_seconds=visit.asked_wait,
        earlier_failures=job.failures,
    )


def _anchor_sign(visit: Visit, fragment: str) -> Sign | None:
    answer = visit.answer
    if not fragment or answer is None:
        return None
    if not _is_html(answer):
        return Sign.ANCHOR_UNKNOWN
    found = has_anchor(visit.text, fragment, is_complete=answer.is_complete)
    if found is None:
        return Sign.ANCHOR_UNKNOWN
    return None if found else Sign.ANCHOR_MISSING


def _is_html(answer: Response | None) -> bool:
    if answer is None or answer.status not in READ_STATUSES or not answer.body:
        return False
    return answer.headers.get("content-type", "").lower().startswith(HTML_TYPES)
