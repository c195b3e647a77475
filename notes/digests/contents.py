"""What a digest tells of, read from the database into plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse

from notes.digests import untold
from notes.digests.schedule import Week
from notes.digests.untold import BadLink, title_of
from notes.models import Hub, Note
from notes.readme.model import SectionKind

AT_MOST_OPEN = 8
AT_MOST_BAD = 8
TEXTS = ("title", "body", "problem", "solution")

HEADINGS = {
    SectionKind.TECHNOLOGY: "Technologies",
    SectionKind.CONCEPT: "Concepts",
    SectionKind.PRACTICE: "Practices",
    SectionKind.CHALLENGE: "Challenges",
    SectionKind.HIGHLIGHT: "Highlights",
    SectionKind.COLLABORATION: "Collaboration",
    SectionKind.PROJECT: "Projects",
    SectionKind.NEXT_STEP: "Next steps",
    SectionKind.RESOURCE: "Resources",
    SectionKind.OVERVIEW: "About the hub",
    SectionKind.FREE: "More notes",
}


@dataclass(frozen=True, kw_only=True)
class Item:
    """A note as the digest tells of it."""

    title: str
    url: str
    author: str
    kind: SectionKind
    body: str
    problem: str
    solution: str
    tags: tuple[str, ...] = ()

    @property
    def is_solved(self) -> bool:
        return bool(self.problem and self.solution)

    @property
    def is_open(self) -> bool:
        return bool(self.problem and not self.solution)


@dataclass(frozen=True, kw_only=True)
class Contents:
    """A week of a hub, or several where nobody told of the earlier ones.

    The open challenges are all of the hub's. Of broken links and missing anchors it
    tells each author once, until they are back.
    """

    hub_title: str
    hub_url: str
    edition_url: str
    week: Week
    since: Week
    items: tuple[Item, ...]
    open_challenges: tuple[Item, ...]
    open_count: int
    broken_links: tuple[BadLink, ...]
    broken_count: int
    missing_anchors: tuple[BadLink, ...]
    missing_count: int
    contributors: tuple[tuple[str, int], ...]
    tags: tuple[tuple[str, int], ...]

    @property
    def solved(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.is_solved)

    @property
    def groups(self) -> list[tuple[str, list[Item]]]:
        """The other notes of the week under the headings of their sections' kinds."""
        notes = [item for item in self.items if not item.problem]
        grouped = (
            (heading, [item for item in notes if item.kind == kind])
            for kind, heading in HEADINGS.items()
        )
        return [(heading, items) for heading, items in grouped if items]


def gather(hub: Hub, week: Week, *, since: Week | None = None) -> Contents:
    """Read what the digest of ``week`` tells of, as it stands now.

    It begins with the week ``since``, where that was not told of in time.
    """
    since = since or week
    # Few sections and authors have many notes: each of them is read once.
    published = hub.notes.published().prefetch_related("section", "author", "tags")
    published = published.only("hub", "section", "author", *TEXTS)
    notes = published.between(since.start, week.end).order_by("submitted_at", "id")
    url = _url_of_notes(hub)
    items = tuple(_item(note, url) for note in notes)
    challenges = published.filter(solution="").exclude(problem="")
    latest = challenges.order_by("-id")[:AT_MOST_OPEN]
    broken, missing = untold.broken_links(hub), untold.missing_anchors(hub)
    return Contents(
        hub_title=hub.title,
        hub_url=settings.BASE_URL + hub.get_absolute_url(),
        edition_url=_edition_url(hub, week),
        week=week,
        since=since,
        items=items,
        open_challenges=tuple(_item(note, url) for note in latest),
        open_count=challenges.count(),
        broken_links=tuple(map(untold.broken_link, broken[:AT_MOST_BAD])),
        broken_count=len(broken),
        missing_anchors=tuple(map(untold.missing_anchor, missing[:AT_MOST_BAD])),
        missing_count=len(missing),
        contributors=_most(item.author for item in items),
        tags=_most(tag for item in items for tag in item.tags),
    )


def name_of(author: User | None) -> str:
    return (author.get_full_name() or author.get_username()) if author else "somebody"


def _edition_url(hub: Hub, week: Week) -> str:
    return settings.BASE_URL + reverse("edition_detail", args=[hub.slug, str(week)])


def _url_of_notes(hub: Hub) -> str:
    """Where a note is, with {} for its number: looked up once for thousands."""
    before, after = reverse("note_detail", args=[hub.slug, 0]).rsplit("0", 1)
    return f"{settings.BASE_URL}{before}{{}}{after}"


def _item(note: Note, url: str) -> Item:
    return Item(
        title=title_of(note),
        url=url.format(note.pk),
        author=name_of(note.author),
        kind=SectionKind(note.section.kind),
        body=note.body,
        problem=note.problem,
        solution=note.solution,
        tags=tuple(tag.name for tag in note.tags.all()),
    )


def _most(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Each name with how often it comes, the most frequent first."""
    counted = Counter(names).items()
    return tuple(sorted(counted, key=lambda pair: (-pair[1], pair[0])))
