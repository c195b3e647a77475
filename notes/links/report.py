"""The links of a hub for its report: chosen, ordered, with their notes and past."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from notes.models import Hub, Link, LinkCheck, Note, NoteLink, Overrule

CHUNK = 500
# No verdict, since the page answers, but chosen and counted beside them.
MISSING_ANCHOR = "missing-anchor"
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
            verdict=verdict if verdict in {*Verdict, MISSING_ANCHOR} else "",
            sort=sort if sort in ORDERS else "newest",
        )

    def __str__(self) -> str:
        return urlencode({"verdict": self.verdict, "sort": self.sort})


@dataclass(frozen=True)
class Row:
    """A link, where the hub's notes hold it, and what its last looks saw."""

    link: Link
    places: list[NoteLink]
    strip: Strip

    @property
    def notes(self) -> list[Note]:
        return notes_of(self.places)

    @property
    def missing_anchors(self) -> list[str]:
        return missing_anchors(self.places)


def chosen(hub: Hub, choice: Choice) -> QuerySet[Link]:
    links: QuerySet[Link] = Link.objects.in_hub(hub)
    if choice.verdict == MISSING_ANCHOR:
        links = lacking_anchor(hub)
    elif choice.verdict:
        links = as_shown(links, hub, choice.verdict)
    return links.order_by(ORDERS[choice.sort], "url")


def lacking_anchor(hub: Hub) -> QuerySet[Link]:
    """Links whose pages lack a place that a published note names."""
    places = NoteLink.objects.in_hub(hub).lacking_anchor_in(hub)
    return Link.objects.filter(pk__in=places.values("link"))


def rows(hub: Hub, links: Sequence[Link]) -> list[Row]:
    """Three queries, however many links."""
    attach(links, hub)
    places, looks = _places(hub, links), _looks(links)
    today = timezone.now().date()
    return [Row(link, places[link.pk], strip(looks[link.pk], today)) for link in links]


def every_row(hub: Hub, choice: Choice) -> Iterator[tuple[Link, list[NoteLink]]]:
    """All chosen links with their places, read piece by piece.

    The hub's notes are read once, and of them only what their addresses take.
    """
    keys = list(chosen(hub, choice).values_list("pk", flat=True))
    notes = {note.pk: note for note in hub.notes.published().only("hub")}
    overrules = {one.link_id: one for one in Overrule.objects.standing(hub)}
    for start in range(0, len(keys), CHUNK):
        found = Link.objects.in_bulk(keys[start : start + CHUNK])
        links = [found[key] for key in keys[start : start + CHUNK] if key in found]
        places = _places_in(notes, links)
        for link in links:
            link.overrule = overrules.get(link.pk)
            yield link, places[link.pk]


def notes_of(places: Iterable[NoteLink]) -> list[Note]:
    """The notes of some places, each once."""
    return list({place.note_id: place.note for place in places}.values())


def missing_anchors(places: Iterable[NoteLink]) -> list[str]:
    """What notes name on a page that is not there, each once."""
    missing = (place.fragment for place in places if place.lacks_anchor)
    return list(dict.fromkeys(missing))


def _places(hub: Hub, links: Sequence[Link]) -> dict[int, list[NoteLink]]:
    """Where the hub holds the links.

    Places in other hubs are left out here: asked for both at once, SQLite tries every
    note of the hub with every link.
    """
    held = NoteLink.objects.filter(link__in=links).select_related("note__hub")
    places: dict[int, list[NoteLink]] = defaultdict(list)
    for place in held.order_by("note_id", "id"):
        if place.note.hub_id == hub.pk and place.note.is_published:
            places[place.link_id].append(place)
    return places


def _places_in(
    notes: Mapping[int, Note], links: Sequence[Link]
) -> dict[int, list[NoteLink]]:
    """Where these notes hold the links."""
    held = NoteLink.objects.filter(link__in=[link.pk for link in links])
    places: dict[int, list[NoteLink]] = defaultdict(list)
    for place in held.order_by("note_id", "id"):
        if place.note_id in notes:
            place.note = notes[place.note_id]
            places[place.link_id].append(place)
    return places


def _looks(links: Sequence[Link]) -> dict[int, list[Look]]:
    since = timezone.now() - timedelta(days=DAYS)
    checks = LinkCheck.objects.filter(link__in=links, checked_at__gte=since)
    looks: dict[int, list[Look]] = defaultdict(list)
    for pk, verdict, at in checks.values_list("link", "verdict", "checked_at"):
        looks[pk].append(Look(verdict, at))
    return looks
