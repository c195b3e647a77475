"""Looks at the links of notes and keeps what was seen: rows with a history.

Looking is slow and happens outside a transaction; recording is quick and happens in
the caller's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from notes.events import record_event
from notes.links import check, extract, mail, relative, urls
from notes.links.check import Policy, Result
from notes.links.kinds import sort_out
from notes.links.overrules import count_as_shown
from notes.links.relative import Repository
from notes.links.shared_hosts import SharedHosts
from notes.links.strikes import Look, Standing, next_look, standing
from notes.links.summary import in_a_line
from notes.links.verdicts import Verdict
from notes.models import DeathNotice, EventKind, Hub, Link, LinkCheck, Note, NoteLink

FRESH = timedelta(hours=1)
BATCH = 500
NOTES_AT_ONCE = 1_000
LONGEST_URL = 2_000
CONCLUDED = [
    "verdict",
    "is_confirmed",
    "status",
    "final_url",
    "reason",
    "checked_at",
    "due_at",
]


@dataclass(frozen=True)
class Written:
    """A link as it stands in a note, and the form that all of its kind share."""

    url: str
    line: int
    target: str


def policy() -> Policy:
    contact = f"Mozilla/5.0 (compatible; NexusLinkCheck/1.0; +{settings.BASE_URL})"
    return Policy(
        allow_networks=settings.NEXUS_LINKS_ALLOW_NETWORKS, user_agent=contact
    )


def links_in(note: Note) -> list[Written]:
    """The note's links, each once, in the order of its text."""
    found = {
        link.url: Written(link.url, link.line, target(link.url, note.hub_id))
        for link in reversed(extract.links(note.markdown))
    }
    return [link for link in reversed(found.values()) if len(link.target) < LONGEST_URL]


def target(url: str, hub: int) -> str:
    if relative.is_relative(url):
        return relative.in_hub(url, hub)
    if mail.is_mail(url):
        return mail.normalise(url)
    try:
        return urls.normalise(url)
    except urls.UrlError:
        return url


def look_at(targets: Iterable[str], around: Repository) -> list[Result]:
    """Look at links of every kind; only those of the web are fetched."""
    kinds = sort_out(targets)
    written = {url: relative.as_written(url) for url in kinds.relative}
    return [
        *relative.look(written, around),
        *mail.look_now(kinds.mail, canary_host=policy().canary_host),
        *look_on_the_web(kinds.web),
    ]


def look_on_the_web(targets: Iterable[str]) -> list[Result]:
    """Fetch now, sharing the slots and rests of hosts with all other workers."""
    bounds = policy()
    hosts = SharedHosts(bounds.per_host, url=settings.CACHE_URL)
    return check.check_now(targets, policy=bounds, hosts=hosts)


def look_at_note(note: Note, around: Repository) -> list[Result]:
    """Check the note's links, save those that somebody fetched within the hour."""
    targets = {link.target for link in links_in(note)}
    fresh = Link.objects.looked_at_since(timezone.now() - FRESH)
    targets -= set(fresh.filter(url__in=targets).values_list("url", flat=True))
    return look_at(sorted(targets), around)


def record_note(note: Note, results: Iterable[Result]) -> str:
    """Keep which links the note holds and what was seen of them; say it in a line."""
    _take_down([note])
    _store_results(results)
    call_for_copies(note.hub)
    held = Link.objects.filter(note_links__note=note)
    sentence = in_a_line(count_as_shown(held, note.hub))
    record_event(EventKind.LINKS_CHECKED, note=note)
    return sentence


def look_at_hub(hub: Hub, around: Repository) -> list[Result]:
    """Check a batch of the hub's links that want a look."""
    due = sorted({link.target for note in _unread(hub) for link in links_in(note)})
    known = Link.objects.in_hub(hub).due(timezone.now())
    due += known.order_by("due_at").values_list("url", flat=True)[:BATCH]
    return look_at(list(dict.fromkeys(due))[:BATCH], around)


def record_hub(hub: Hub, results: Iterable[Result]) -> str:
    """Keep what was seen; where more is left to look at, say that it is due."""
    _take_down(_unread(hub))
    _store_results(results)
    links = Link.objects.in_hub(hub)
    if links.due(timezone.now()).exists() or _unread(hub):
        record_event(EventKind.LINKS_FELL_DUE, hub=hub)
    else:
        record_event(EventKind.LINKS_CHECKED, hub=hub)
        call_for_copies(hub)
    return in_a_line(count_as_shown(links, hub))


def call_for_copies(hub: Hub) -> None:
    """Tell of dead links, where an archive may be asked for copies of them."""
    dead = Link.objects.in_hub(hub).without_copy()
    if settings.NEXUS_LINKS_ARCHIVE_URL and dead.exists():
        record_event(EventKind.LINKS_DIED, hub=hub)


def _unread(hub: Hub) -> list[Note]:
    """Notes whose links nobody has taken down yet, as many as a run has time for."""
    notes = hub.notes.published().filter(are_links_read=False)
    return list(notes.order_by("pk")[:NOTES_AT_ONCE])


def _take_down(notes: list[Note]) -> None:
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
        batch_size=BATCH,
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
        batch_size=BATCH,
    )


def _store_results(results: Iterable[Result]) -> None:
    by_url = {result.url: result for result in results}
    links = Link.objects.in_bulk(sorted(by_url), field_name="url").values()
    now = timezone.now()
    LinkCheck.objects.bulk_create(
        [_history(link, by_url[link.url], now) for link in links], batch_size=BATCH
    )
    failures = _failures(links, by_url)
    changed = []
    for link in links:
        result = by_url[link.url]
        looks = failures.get(link.pk) or [Look(result.verdict, now)]
        # What the README and its repository lack, they lack beyond doubt.
        is_certain = relative.is_relative(link.url)
        stands = Standing(result.verdict) if is_certain else standing(looks)
        if _conclude(link, result, stands, now):
            changed.append(link)
    Link.objects.bulk_update(links, CONCLUDED, batch_size=BATCH)
    back = [link.pk for link in changed if link.verdict != Verdict.DEAD]
    DeathNotice.objects.filter(link__in=back).delete()
    for link in changed:
        record_event(
            EventKind.LINK_VERDICT_CHANGED, link=link.pk, verdict=str(link.verdict)
        )


def _failures(
    links: Iterable[Link], by_url: dict[str, Result]
) -> dict[int, list[Look]]:
    """All looks at the links that just failed: only for them history matters."""
    failed = [link.pk for link in links if by_url[link.url].verdict == Verdict.DEAD]
    looks: dict[int, list[Look]] = defaultdict(list)
    for start in range(0, len(failed), BATCH):
        checks = LinkCheck.objects.filter(link__in=failed[start : start + BATCH])
        for pk, verdict, at in checks.values_list("link", "verdict", "checked_at"):
            looks[pk].append(Look(verdict, at))
    return looks


def _conclude(link: Link, result: Result, now_stands: Standing, now: datetime) -> bool:
    """Write the standing into the row; whether it differs from what people knew."""
    link.due_at = next_look(now_stands, link.url, now)
    was_known = link.verdict != Verdict.UNCHECKED
    if now_stands.verdict == Verdict.UNCHECKED and was_known:
        return False
    before = (link.verdict, link.is_confirmed)
    link.verdict, link.is_confirmed = now_stands
    link.status, link.final_url = result.status, result.final_url[:LONGEST_URL]
    link.reason, link.checked_at = _reason(result, now_stands)[:300], now
    return was_known and before != now_stands


def _reason(result: Result, now_stands: Standing) -> str:
    is_new_failure = result.verdict == Verdict.DEAD != now_stands.verdict
    return f"It worked before. {result.reason}" if is_new_failure else result.reason


def _history(link: Link, result: Result, now: datetime) -> LinkCheck:
    return LinkCheck(
        link=link,
        verdict=result.verdict,
        status=result.status,
        final_url=result.final_url[:LONGEST_URL],
        reason=result.reason[:300],
        elapsed_ms=result.elapsed_ms,
        checked_at=now,
    )
