"""Publishes a hub's README: place what changed, join the slices, commit the bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from notes.events import record_event
from notes.models import Event, EventKind, Hub, Readme, Remote, Revision
from notes.readme import assembly, publisher
from notes.readme.publisher import Author, Tip

TITLES_IN_MESSAGE = 20
VERBS = {
    EventKind.NOTE_SUBMITTED: "Add",
    EventKind.NOTE_EDITED: "Edit",
    EventKind.NOTE_MOVED: "Move",
    EventKind.NOTE_WITHDRAWN: "Withdraw",
    EventKind.SECTION_ADDED: "Add",
    EventKind.SECTION_RENAMED: "Rename",
    EventKind.SECTION_MOVED: "Move",
    EventKind.SECTION_REMOVED: "Remove",
}
ABOUT_SECTIONS = {
    EventKind.SECTION_ADDED,
    EventKind.SECTION_RENAMED,
    EventKind.SECTION_MOVED,
    EventKind.SECTION_REMOVED,
}


@dataclass(frozen=True)
class Build:
    """A version of a hub's README, as it stands in git."""

    hub: Hub
    version: int
    commit: str
    blob: str
    is_new_commit: bool
    notes: tuple[int, ...] = ()

    @property
    def summary(self) -> str:
        if self.is_new_commit:
            return f"README published in {self.commit[:7]}"
        return f"README unchanged since {self.commit[:7]}"


def repository_of(hub: Hub) -> Path:
    return Path(settings.NEXUS_REPOSITORIES) / f"{hub.slug}.git"


def build(hub: Hub, *, because_of: QuerySet[Event]) -> Build:
    """Bring the hub's git repository to the present state of its rows.

    The branch is read before the slices: should another build commit in between, git
    refuses this one, and its retry reads everything anew.
    """
    repository = repository_of(hub)
    publisher.ensure_repository(repository)
    readme = Readme.objects.defer("preamble").get(hub=hub)
    published = Tip(readme.commit, readme.blob)
    tip = publisher.tip(repository, remembered=published if readme.blob else None)
    assembly.place_notes(hub)
    events = list(because_of.select_related("actor", "note__section").order_by("id"))
    first, *others = authors(events)
    revision = publisher.commit_readme(
        repository,
        assembly.chunks(hub),
        author=first,
        co_authors=others,
        message=message(events),
        when=timezone.now(),
        expected=tip,
    )
    now = Tip(revision.commit, revision.blob) if revision else tip
    assert now.commit  # the first build always commits
    assert now.blob
    notes = tuple({event.note_id for event in events if event.note_id})
    is_new = revision is not None
    return Build(hub, readme.requested, now.commit, now.blob, is_new, notes)


def record(build: Build) -> None:
    """Tell the rows of the build, in the caller's transaction; a late one is none.

    Whether its commit is new the row knows better than the build: a worker that was
    killed after its commit has told nobody of it.
    """
    before = Readme.objects.values_list("commit", flat=True).get(hub=build.hub)
    is_newest = Readme.objects.publish(
        build.hub,
        version=build.version,
        commit=build.commit,
        blob=build.blob,
        at=timezone.now(),
    )
    if build.commit == before:
        return
    Revision.objects.remember(build.hub, commit=build.commit, notes=build.notes)
    if is_newest:
        record_event(EventKind.README_PUBLISHED, hub=build.hub, commit=build.commit)
        if Remote.objects.filter(hub=build.hub).exists():
            record_event(EventKind.PUSH_FELL_DUE, hub=build.hub)


def authors(events: Sequence[Event]) -> list[Author]:
    """Who is behind the events, without repetition; Nexus itself when nobody is."""
    people = [person for person in map(_author_behind, events) if person]
    return list(dict.fromkeys(people)) or [publisher.COMMITTER]


def _author_behind(event: Event) -> Author | None:
    """Who wrote it: somebody without an account here, or the one who did it here."""
    if written_by := event.data.get("written_by"):
        return Author(*written_by)
    return author_of(event.actor) if event.actor else None


def author_of(user: User) -> Author:
    host = urlsplit(settings.BASE_URL).hostname
    name = user.get_full_name() or user.get_username()
    return Author(name, user.email or f"{user.get_username()}@users.noreply.{host}")


def message(events: Sequence[Event]) -> str:
    """What changed: one line, and below it a line for each note of several."""
    lines = [_line(event) for event in events]
    match lines:
        case []:
            return "Rebuild the README"
        case [line]:
            return line
    counts = Counter(VERBS.get(EventKind(event.kind), "Import") for event in events)
    subject = ", ".join(f"{verb.lower()} {n}" for verb, n in counts.items())
    body = [f"- {line}" for line in lines[:TITLES_IN_MESSAGE]]
    if len(lines) > TITLES_IN_MESSAGE:
        body.append(f"- and {len(lines) - TITLES_IN_MESSAGE} more")
    has_sections = any(event.kind in ABOUT_SECTIONS for event in events)
    things = "notes and sections" if has_sections else "notes"
    return f"{subject.capitalize()} {things}\n\n" + "\n".join(body)


def _line(event: Event) -> str:
    verb = VERBS.get(EventKind(event.kind))
    if verb is None:
        return _line_about_readme(event.data)
    if event.note is None:
        return _line_about_section(verb, event.data)
    title = " ".join((event.note.title or event.note.body or "a note").split())[:60]
    preposition = {"Add": "to", "Edit": "in", "Move": "in"}.get(verb, "from")
    return f"{verb} “{title}” {preposition} {event.note.section}"


def _line_about_readme(data: dict[str, Any]) -> str:
    match data:
        case {"repaired": ailment, "repair": repair}:
            return f"Repair the README ({ailment}): {repair}"
        case {"restored": commit}:
            return f"Restore the README of {commit[:7]}"
        case {"hand_edit": commit}:
            return f"Take over what was edited by hand in {commit[:7]}"
    return "Import the README"


def _line_about_section(verb: str, data: dict[str, Any]) -> str:
    match data:
        case {"title": title, "former_title": former}:
            return f"{verb} section “{former}” to “{title}”"
        case {"title": title}:
            return f"{verb} section “{title}”"
        case {"hand_edit": commit}:
            return f"Take over what was edited by hand in {commit[:7]}"
    return "Import the README"
