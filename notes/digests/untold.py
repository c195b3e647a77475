"""Bad links, and places that pages lack, of which their authors have not been told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from django.conf import settings

from notes.models import DeathNotice, Hub, Link, Note, NoteLink
from notes.models.link import NoteLinkQuerySet

Key = TypeVar("Key", bound=Hashable)
# Where somebody wrote one and the same thing, the first note last.
Places = list[NoteLink]


@dataclass(frozen=True)
class BadLink:
    """A link and the first note of the author who has to hear of it."""

    url: str
    reason: str
    title: str
    note_url: str
    link: int
    author: int | None
    places: tuple[int, ...] = ()


def broken_links(hub: Hub) -> list[Places]:
    """Dead links beyond doubt, the latest first, once for each author."""
    told = set(DeathNotice.objects.filter(hub=hub).values_list("link", "author"))
    broken = Link.objects.broken().not_overruled_in(hub)
    places = NoteLink.objects.in_hub(hub).filter(link__in=broken)
    grouped = _grouped((_link_and_author(place), place) for place in _ordered(places))
    return [grouped[key] for key in reversed(grouped) if key not in told]


def missing_anchors(hub: Hub) -> list[Places]:
    """Anchors that pages lack, the latest first, once for each author.

    What was told in a note that is withdrawn since has been told all the same.
    """
    lacking = NoteLink.objects.filter(note__hub=hub).lacking_anchor_in(hub)
    grouped = _grouped(
        ((*_link_and_author(place), place.fragment), place)
        for place in _ordered(lacking)
    )
    untold = (
        [place for place in places if place.note.is_published]
        for places in reversed(grouped.values())
        if not any(place.is_lack_told for place in places)
    )
    return list(filter(None, untold))


def tell(
    hub: Hub, *, broken: Iterable[BadLink], lacking_anchor: Iterable[BadLink]
) -> None:
    """Keep of what the authors have been told, in the edition's transaction."""
    DeathNotice.objects.bulk_create(
        [
            DeathNotice(hub=hub, link_id=one.link, author_id=one.author)
            for one in broken
        ],
        ignore_conflicts=True,
    )
    keys = [key for one in lacking_anchor for key in one.places]
    # An anchor that came back meanwhile may be told of when it goes missing again.
    told = NoteLink.objects.filter(pk__in=keys, lacks_anchor=True)
    told.update(is_lack_told=True)


def broken_link(places: Places) -> BadLink:
    return _bad_link(places, places[-1].link.reason)


def missing_anchor(places: Places) -> BadLink:
    return _bad_link(places, f"The page has no #{places[-1].fragment}.")


def title_of(note: Note) -> str:
    return note.title or f"Note {note.pk}"


def _bad_link(places: Places, reason: str) -> BadLink:
    place = places[-1]
    return BadLink(
        url=place.url,
        reason=reason,
        title=title_of(place.note),
        note_url=settings.BASE_URL + place.note.get_absolute_url(),
        link=place.link_id,
        author=place.note.author_id,
        places=tuple(place.pk for place in places),
    )


def _ordered(places: NoteLinkQuerySet) -> NoteLinkQuerySet:
    places = places.select_related("link", "note__hub")
    return places.order_by("link__checked_at", "-link", "-id")


def _link_and_author(place: NoteLink) -> tuple[int, int | None]:
    return place.link_id, place.note.author_id


def _grouped(pairs: Iterable[tuple[Key, NoteLink]]) -> dict[Key, Places]:
    grouped: dict[Key, Places] = defaultdict(list)
    for key, place in pairs:
        grouped[key].append(place)
    return grouped
