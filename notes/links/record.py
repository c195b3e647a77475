"""Looks at the links of notes and keeps what is seen: rows with a history.

Looking is slow and happens outside a transaction; what was seen is kept about once a
second, so that a run which is killed leaves little to do again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from django.conf import settings
from django.utils import timezone

from notes.events import record_event
from notes.links import extract, mail, relative, urls
from notes.links.batches import check_in_batches
from notes.links.check import Policy, Result, Version
from notes.links.claims import FRESH, Claimant, claim, release
from notes.links.keep import LONGEST_URL, ROWS, keep
from notes.links.kinds import sort_out
from notes.links.overrules import count_as_shown
from notes.links.relative import Repository
from notes.links.robots import NAME
from notes.links.shared_hosts import SharedHosts
from notes.links.summary import in_a_line
from notes.models import EventKind, Hub, Link, Note, NoteLink
from notes.models.note import NoteQuerySet

# As many links as one run claims; what it has no time for is free again at its end.
BATCH = 5_000
# So many notes are read anew in one run.
NOTES_AT_ONCE = 1_000
# Then a run takes up no more links; the last of them may take as long again.
LOOKING_SECONDS = 60.0
# What a run says that is not a hub's last; counting tens of thousands is not for each.
MORE_IS_DUE = "more links of the hub are due"


@dataclass(frozen=True)
class Written:
    """A link as it stands in a note, and the form that all of its kind share."""

    url: str
    line: int
    target: str

    @property
    def is_storable(self) -> bool:
        """Whether both forms fit into a row."""
        return max(len(self.url), len(self.target)) <= LONGEST_URL


def policy() -> Policy:
    contact = f"Mozilla/5.0 (compatible; {NAME}/1.0; +{settings.BASE_URL})"
    return Policy(
        allow_networks=settings.NEXUS_LINKS_ALLOW_NETWORKS,
        is_robots_txt_obeyed=settings.NEXUS_LINKS_OBEY_ROBOTS_TXT,
        user_agent=contact,
    )


def links_in(note: Note) -> list[Written]:
    """The note's links, each once, in the order of its text."""
    found = {
        link.url: Written(link.url, link.line, target(link.url, note.hub_id))
        for link in reversed(extract.links(note.markdown))
    }
    return [link for link in reversed(found.values()) if link.is_storable]


def target(url: str, hub: int) -> str:
    if relative.is_relative(url):
        return relative.in_hub(url, hub)
    if mail.is_mail(url):
        return mail.normalise(url)
    try:
        return urls.normalise(url)
    except urls.UrlError:
        return url


def look_at_note(note: Note, around: Repository, *, by: Claimant) -> None:
    """Look at the note's links, save those that somebody fetched within the hour."""
    with by.step():
        take_down([note])
    held = Link.objects.filter(note_links__note=note)
    stale = Link.not_looked_at_since(timezone.now() - FRESH)
    _look(claim(held, where=stale, by=by, most=BATCH), note.hub, around, by=by)


def record_note(note: Note) -> str:
    """Say in a line what is known of the note's links by now."""
    call_for_copies(note.hub)
    held = Link.objects.filter(note_links__note=note)
    record_event(EventKind.LINKS_CHECKED, note=note)
    return in_a_line(count_as_shown(held, note.hub))


def look_at_hub(hub: Hub, around: Repository, *, by: Claimant) -> None:
    """Look at a batch of the hub's links that want it, and let others have the rest."""
    with by.step():
        take_down(list(_unread(hub)[:NOTES_AT_ONCE]))
    links, due = Link.objects.in_hub(hub), Link.is_due(timezone.now())
    claimed = claim(links, where=due, by=by, most=BATCH)
    now = timezone.now()
    if links.due(now).unclaimed(now).exists() or _unread(hub).exists():
        with by.step():
            record_event(EventKind.LINKS_FELL_DUE, hub=hub)
    _look(claimed, hub, around, by=by)


def record_hub(hub: Hub) -> str:
    """Say what is known of the hub's links once nobody looks any more."""
    links = Link.objects.in_hub(hub)
    if links.due(timezone.now()).exists() or _unread(hub).exists():
        return MORE_IS_DUE
    record_event(EventKind.LINKS_CHECKED, hub=hub)
    call_for_copies(hub)
    return in_a_line(count_as_shown(links, hub))


def _look(links: Iterable[Link], hub: Hub, around: Repository, *, by: Claimant) -> None:
    """Look at claimed links, keep what is seen as it comes, and free the rest."""
    for results in filter(None, _seen_of(list(links), around)):
        with by.step():
            keep(results)
    with by.step():
        if release(by):
            record_event(EventKind.LINKS_FELL_DUE, hub=hub)


def _seen_of(links: list[Link], around: Repository) -> Iterator[list[Result]]:
    """Look at links of every kind; only those of the web are fetched."""
    kinds = sort_out(link.url for link in links)
    written = {url: relative.as_written(url) for url in kinds.relative}
    yield list(relative.look(written, around))
    bounds = replace(policy(), budget_seconds=LOOKING_SECONDS)
    yield list(mail.look_now(kinds.mail, canary_host=bounds.canary_host))
    if not kinds.web:
        return
    yield from check_in_batches(
        [*kinds.web, *_places_on(links)],
        policy=bounds,
        hosts=SharedHosts(bounds.per_host, url=settings.CACHE_URL),
        versions={link.url: _version(link) for link in links if _is_versioned(link)},
    )


def _places_on(links: Iterable[Link]) -> list[str]:
    """The same pages once more with every place that notes name on them."""
    held = NoteLink.objects.with_fragment().filter(link__in=links)
    return sorted({item.target for item in held.select_related("link")})


def _is_versioned(link: Link) -> bool:
    return bool(link.etag or link.last_modified)


def _version(link: Link) -> Version:
    return Version(link.final_url, link.etag, link.last_modified)


def call_for_copies(hub: Hub) -> None:
    """Tell of dead links, where an archive may be asked for copies of them."""
    dead = Link.objects.in_hub(hub).without_copy()
    if settings.NEXUS_LINKS_ARCHIVE_URL and dead.exists():
        record_event(EventKind.LINKS_DIED, hub=hub)


def _unread(hub: Hub) -> NoteQuerySet:
    """Notes whose links nobody has taken down yet."""
    return hub.notes.published().filter(are_links_read=False).order_by("pk")


def take_down(notes: list[Note]) -> None:
    """Keep which links the notes hold now, and no others."""
    pairs = [(note, link) for note in notes for link in links_in(note)]
    _store_note_links(pairs)
    holds = {(note.pk, link.url) for note, link in pairs}
    held = NoteLink.objects.filter(note__in=notes).values_list("pk", "note_id", "url")
    gone = [pk for pk, *place in held if tuple(place) not in holds]
    NoteLink.objects.filter(pk__in=gone).delete()
    keys = [note.pk for note in notes]
    Note.objects.filter(pk__in=keys).update(are_links_read=True)


def _store_note_links(pairs: list[tuple[Note, Written]]) -> None:
    targets = {written.target for _, written in pairs}
    Link.objects.bulk_create(
        [Link(url=url) for url in sorted(targets)],
        ignore_conflicts=True,
        batch_size=ROWS,
    )
    ids = Link.objects.in_bulk(sorted(targets), field_name="url")
    NoteLink.objects.bulk_create(
        [
            NoteLink(
                note=note, link=ids[written.target], url=written.url, line=written.line
            )
            for note, written in pairs
        ],
        ignore_conflicts=True,
        batch_size=ROWS,
    )
