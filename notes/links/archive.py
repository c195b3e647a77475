"""The newest copies of dead pages, from an archive that answers as Wayback does.

https://archive.org/help/wayback_api.php describes the question and its answer.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import quote

from django.conf import settings
from django.utils import timezone

from notes.errors import TransientError
from notes.links import record, urls
from notes.links.chain import Chain, Visit
from notes.links.fetch import Fetcher
from notes.links.hosts import LocalHosts
from notes.links.policy import Policy
from notes.models import ArchivedCopy, Hub, Link

QUESTION = "/wayback/available?url="
AT_ONCE = 4
MOST_LINKS = 50
MOST_BYTES = 65_536
ALL_SECONDS = 60.0


class ArchiveAwayError(TransientError):
    """The archive of the web does not answer; the job tries again by itself."""


class Copy(NamedTuple):
    """A page as it was; without a URL where there is none."""

    url: str = ""
    taken_at: datetime | None = None


def look_for_copies(hub: Hub) -> dict[str, Copy]:
    """Ask for copies of the hub's dead links; what was not answered is not in it."""
    base = settings.NEXUS_LINKS_ARCHIVE_URL
    wanted = Link.objects.in_hub(hub).without_copy().order_by("checked_at")
    pages = list(wanted.values_list("url", flat=True)[:MOST_LINKS]) if base else []
    found = asyncio.run(newest_copies(pages, base=base, policy=record.policy()))
    if pages and not found:
        raise ArchiveAwayError
    return found


def record_copies(hub: Hub, found: dict[str, Copy]) -> str:
    """Keep what the archive has; where more links wait for it, say so."""
    now = timezone.now()
    links = Link.objects.in_bulk(sorted(found), field_name="url")
    for url, link in links.items():
        ArchivedCopy.objects.update_or_create(
            link=link, defaults={**found[url]._asdict(), "asked_at": now}
        )
    if len(found) == MOST_LINKS:
        record.call_for_copies(hub)
    copies = sum(bool(copy.url) for copy in found.values())
    return f"the archive has {copies} of {len(found)} dead pages"


async def newest_copies(
    pages: Iterable[str], *, base: str, policy: Policy
) -> dict[str, Copy]:
    """Ask for each page, as many at once as is polite, as long as a job may take."""
    found = {}
    async with Fetcher(policy) as fetcher:
        chain = Chain(fetcher, LocalHosts(AT_ONCE), policy)

        async def ask(page: str) -> None:
            question = urls.normalise(base + QUESTION + quote(page, safe=""))
            visit = await chain.visit("GET", question, limit=MOST_BYTES)
            copy = _read(visit, is_https=base.startswith("https:"))
            if copy is not None:
                found[page] = copy

        with suppress(TimeoutError):
            async with asyncio.timeout(ALL_SECONDS):
                await asyncio.gather(*map(ask, pages))
    return found


def _read(visit: Visit, *, is_https: bool) -> Copy | None:
    """Read an answer; None where it says nothing about the page."""
    if visit.answer is None or visit.answer.status != HTTPStatus.OK:
        return None
    try:
        closest = json.loads(visit.text)["archived_snapshots"].get("closest")
        return _copy(closest, is_https=is_https) if closest else Copy()
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _copy(closest: dict[str, Any], *, is_https: bool) -> Copy:
    if not closest["available"] or not str(closest["status"]).startswith("2"):
        return Copy()
    moment = datetime.strptime(closest["timestamp"], "%Y%m%d%H%M%S")  # noqa: DTZ007
    url = closest["url"]
    if is_https and url.startswith("http:"):
        url = f"https:{url.removeprefix('http:')}"
    urls.normalise(url)
    return Copy(url, moment.replace(tzinfo=UTC))
