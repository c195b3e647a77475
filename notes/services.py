"""What people do: each service is one transaction that ends in recording its event."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from notes.digests import schedule, shards
from notes.errors import NexusError
from notes.events import record_event, record_event_once
from notes.models import (
    Delivery,
    Event,
    EventKind,
    Hub,
    Membership,
    Note,
    Readme,
    Section,
    Tag,
)
from notes.readme import assembly, importer
from notes.readme.comparison import compare
from notes.readme.differences import Difference
from notes.readme.importer import Receipt
from notes.readme.outline import DEFAULT_SECTIONS

WRITTEN_FIELDS = [
    "section",
    "title",
    "body",
    "problem",
    "solution",
    "state",
    "updated_at",
    "is_placed",
    "are_links_read",
    "readme_version",
]


@dataclass(frozen=True, kw_only=True)
class NoteText:
    """What a learner types into the form."""

    section: Section
    title: str
    body: str = ""
    problem: str = ""
    solution: str = ""
    tags: tuple[str, ...] = ()


@transaction.atomic
def create_hub(*, slug: str, title: str, maintainer: User | None = None) -> Hub:
    """A hub with the sections of the programme, ready for its first note."""
    hub = Hub.objects.create(slug=slug, title=title)
    Readme.objects.create(hub=hub, preamble="")
    Section.objects.bulk_create(
        Section(
            hub=hub,
            position=position,
            level=level,
            title=heading.format(title=title),
            kind=kind.value,
            opening=opening.format(title=title),
        )
        for position, (level, heading, kind, opening) in enumerate(DEFAULT_SECTIONS)
    )
    if maintainer:
        Membership.objects.create(
            hub=hub, user=maintainer, role=Membership.Role.MAINTAINER
        )
    return hub


@transaction.atomic
def submit_note(*, hub: Hub, author: User, text: NoteText) -> Note:
    note = Note(hub=hub, author=author, submitted_at=timezone.now())
    _write(note, text)
    record_event(EventKind.NOTE_SUBMITTED, note=note, actor=author)
    return note


class NoteChangedError(NexusError):
    """Somebody else changed this note while you wrote."""

    def __init__(self, note: Note) -> None:
        super().__init__()
        self.note = note


@transaction.atomic
def edit_note(
    *, note: Note, editor: User, text: NoteText, seen: str | None = None
) -> Note:
    """Write a note anew.

    ``seen`` is the fingerprint of what the editor began with; NoteChangedError with the
    present note where it says something else by now.
    """
    present = Note.objects.select_for_update().get(pk=note.pk) if seen else note
    if seen and present.fingerprint != seen:
        raise NoteChangedError(present)
    _write(note, text)
    record_event(EventKind.NOTE_EDITED, note=note, actor=editor)
    return note


@transaction.atomic
def withdraw_note(*, note: Note, editor: User) -> Note:
    """Take a note out of the README; its text stays in the database."""
    note.state = Note.State.WITHDRAWN
    _save(note)
    record_event(EventKind.NOTE_WITHDRAWN, note=note, actor=editor)
    return note


def preview_note(*, note: Note, text: NoteText) -> Difference:
    """What saving the note would change in the README; nothing is saved."""
    before = assembly.text_with(note.hub)
    changed = copy(note)
    _fill(changed, text)
    return compare(before, assembly.text_with(note.hub, changed))


def _fill(note: Note, text: NoteText) -> None:
    note.section = text.section
    note.title = text.title
    note.body = text.body
    note.problem = text.problem
    note.solution = text.solution
    note.state = Note.State.PUBLISHED


def _write(note: Note, text: NoteText) -> None:
    _fill(note, text)
    is_new = note.pk is None
    _save(note)
    if text.tags or not is_new:
        note.tags.set(_tags(text.tags))


def _save(note: Note) -> None:
    """Save what the learner wrote; the slice is the business of the rebuild."""
    note.is_placed = note.are_links_read = False
    note.readme_version = Readme.objects.request_rebuild(note.hub)
    if note.pk is None:
        note.save()
    else:
        note.save(update_fields=WRITTEN_FIELDS)


def _tags(names: Iterable[str]) -> list[Tag]:
    wanted = set(names)
    Tag.objects.bulk_create([Tag(name=name) for name in wanted], ignore_conflicts=True)
    return list(Tag.objects.filter(name__in=wanted))


@transaction.atomic
def import_readme(
    *, hub: Hub, text: str, actor: User | None = None, **origin: Any
) -> Receipt:
    """Make the README the hub's content; notes that it already holds are kept.

    ``origin`` goes into the event: ``restored`` is the commit that the text is from.
    """
    receipt = importer.store(hub, text)
    version = Readme.objects.request_rebuild(hub)
    record_event(
        EventKind.README_IMPORTED,
        hub=hub,
        actor=actor,
        notes=receipt.notes,
        version=version,
        **origin,
    )
    return receipt


@transaction.atomic
def confirm_delivery(*, delivery: Delivery, operator: User) -> None:
    """Say of a delivery in doubt that it arrived."""
    _settle(delivery, Delivery.State.SENT, operator)


@transaction.atomic
def send_delivery_again(*, delivery: Delivery, operator: User) -> None:
    """Have a delivery in doubt sent once more, at the risk of a second copy."""
    _settle(delivery, Delivery.State.QUEUED, operator)


def _settle(delivery: Delivery, state: Delivery.State, operator: User) -> None:
    in_doubt = Delivery.objects.filter(id=delivery.id, state=Delivery.State.DOUBT)
    if in_doubt.update(state=state, error=f"Settled by {operator}."):
        record_event(
            EventKind.DELIVERY_SETTLED,
            hub=delivery.edition.hub,
            actor=operator,
            week=delivery.edition.week,
            shard=delivery.subscriber_id % settings.NEXUS_MAIL_SHARDS,
            delivery=delivery.id,
            state=state,
        )


def digests_due(*, at: datetime) -> dict[Hub, schedule.Week]:
    """The digests that have fallen due by ``at`` and that no event tells of yet."""
    week = schedule.week_due(at)
    hubs = Hub.objects.filter(created_at__lt=week.end)
    recorded = set(
        Event.objects.filter(
            key__in=[_digest_key(hub, week) for hub in hubs]
        ).values_list("key", flat=True)
    )
    return {hub: week for hub in hubs if _digest_key(hub, week) not in recorded}


@transaction.atomic
def record_due_digests(*, at: datetime) -> int:
    """Record the digests that have fallen due by ``at``; how many were new."""
    return sum(
        record_event_once(
            EventKind.DIGEST_FELL_DUE,
            key=_digest_key(hub, week),
            hub=hub,
            week=str(week),
            at=at.isoformat(),
        )
        for hub, week in digests_due(at=at).items()
    )


def _digest_key(hub: Hub, week: schedule.Week) -> str:
    return f"digest:{hub.slug}:{week}"


@transaction.atomic
def record_due_deliveries(*, at: datetime) -> int:
    """Record that readers' hours have come, or that mail waits which nobody sends."""
    return shards.record_due(at=at)


@transaction.atomic
def record_due_link_checks(*, at: datetime) -> int:
    """Record, once in a day and hub, that links may want another look."""
    return sum(
        record_event_once(
            EventKind.LINKS_FELL_DUE, key=f"links:{hub.slug}:{at.date()}", hub=hub
        )
        for hub in Hub.objects.all()
    )


@transaction.atomic
def record_due_housekeeping(*, at: datetime) -> int:
    return int(
        record_event_once(
            EventKind.HOUSEKEEPING_FELL_DUE, key=f"housekeeping:{at.date()}"
        )
    )
