"""The links of a hub for its report: chosen, ordered, with their notes and past."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy
from django.utils import timezone

from notes.links.overrules import as_shown, attach
from notes.links.strikes import Look
from notes.links.strip import DAYS, Strip, strip
from notes.links.verdicts import Verdict
from notes.models import Hub, Link, LinkCheck, Note, NoteLink

CHUNK = 500
ORDERS: dict[str, OrderBy] = {
    "newest": F("checked_at").desc(nulls_last=True),
    "oldest": F("checked_at").asc(nulls_first=True),
}


@dataclass(frozen=True)
class Choice:
    """Which links of the report, in which order."""

    verdict: str = ""
    sort: str = "newest"

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Choice:
        """Read it from an address; what makes no sense there is left out."""
        verdict, sort = query.get("verdict", ""), query.get("sort", "")
        return cls(
            verdict=verdict if verdict in set(Verdict) else "",
            sort=sort if sort in ORDERS else "newest",
        )

    def __str__(self) -> str:
        return urlencode({"verdict": self.verdict, "sort": self.sort})


@dataclass(frozen=True)
class Row:
    """A link, the notes of the hub that hold it, and what its last looks saw."""

    link: Link
    notes: list[Note]
    strip: Strip


def chosen(hub: Hub, choice: Choice) -> QuerySet[Link]:
    links: QuerySet[Link] = Link.objects.in_hub(hub)
    if choice.verdict:
        links = as_shown(links, hub, choice.verdict)
    return links.order_by(ORDERS[choice.sort], "url")


def rows(hub: Hub, links: Sequence[Link]) -> list[Row]:
    """Three queries, however many links."""
    attach(links, hub)
    notes, looks = _notes(hub, links), _looks(links)
    today = timezone.now().date()
    return [Row(link, notes[link.pk], strip(looks[link.pk], today)) for link in links]


def every_row(hub: Hub, choice: Choice) -> Iterator[tuple[Link, list[Note]]]:
    """All chosen links with their notes, read piece by piece."""
    keys = list(chosen(hub, choice).values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        found = Link.objects.in_bulk(keys[start : start + CHUNK])
        links = [found[key] for key in keys[start : start + CHUNK] if key in found]
        notes = _notes(hub, links)
        attach(links, hub)
        yield from ((link, notes[link.pk]) for link in links)


def _notes(hub: Hub, links: Sequence[Link]) -> dict[int, list[Note]]:
    held = NoteLink.objects.in_hub(hub).filter(link__in=links)
    notes: dict[int, dict[int, Note]] = defaultdict(dict)
    for item in held.select_related("note__hub").order_by("note_id"):
        notes[item.link_id][item.note_id] = item.note
    return defaultdict(list, {pk: list(some.values()) for pk, some in notes.items()})


def _looks(links: Sequence[Link]) -> dict[int, list[Look]]:
    since = timezone.now() - timedelta(days=DAYS)
    checks = LinkCheck.objects.filter(link__in=links, checked_at__gte=since)
    looks: dict[int, list[Look]] = defaultdict(list)
    for pk, verdict, at in checks.values_list("link", "verdict", "checked_at"):
        looks[pk].append(Look(verdict, at))
    return looks
