"""A hub with a week in it, and people who read its digest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from notes import services, subscribing
from notes.digests import compose
from notes.digests.schedule import Week
from notes.models import Edition, Hub, Link, Note, NoteLink, Subscriber, Subscription
from notes.readme.model import SectionKind

WEEK = Week(2026, 47)


def make_hub(slug: str = "backend", title: str = "Backend hub") -> Hub:
    hub = services.create_hub(slug=slug, title=title)
    Hub.objects.filter(pk=hub.pk).update(created_at=Week(2026, 1).start)
    return hub


def add_note(
    hub: Hub,
    title: str = "Celery",
    *,
    kind: SectionKind = SectionKind.TECHNOLOGY,
    by: str = "ada",
    at: datetime = WEEK.start,
    tags: tuple[str, ...] = (),
    **text: str,
) -> Note:
    author, _ = User.objects.get_or_create(username=by)
    written = services.NoteText(
        section=hub.sections.get(kind=kind), title=title, tags=tags, **text
    )
    note = services.submit_note(hub=hub, author=author, text=written)
    Note.objects.filter(pk=note.pk).update(submitted_at=at)
    note.refresh_from_db()
    return note


def break_link(note: Note, url: str, reason: str = "Answered 404.") -> Link:
    link = Link.objects.create(
        url=url, verdict="dead", reason=reason, checked_at=timezone.now()
    )
    NoteLink.objects.create(note=note, link=link, url=url)
    return link


def add_reader(
    hub: Hub | None, email: str = "reader@example.org", *, tags: Sequence[str] = ()
) -> Subscription:
    subscription = subscribing.subscribe(email=email, hub=hub, tags=tags)
    subscribing.confirm_subscription(subscription=subscription)
    return subscription


def add_readers(hub: Hub, count: int, *, domain: str = "example.org") -> None:
    """Many who have confirmed, at once."""
    now = timezone.now()
    readers = Subscriber.objects.bulk_create(
        Subscriber(email=f"reader{number}@{domain}") for number in range(count)
    )
    Subscription.objects.bulk_create(
        Subscription(subscriber=reader, hub=hub, requested_at=now, confirmed_at=now)
        for reader in readers
    )


def publish_week(hub: Hub, week: Week = WEEK) -> Edition | None:
    """Compose the week as its job does; None when there was nothing to tell."""
    draft = compose.draft(hub, week=str(week))
    with transaction.atomic():
        compose.publish(draft, at=week.end + timedelta(days=2))
    return Edition.objects.filter(hub=hub, week=str(week)).first()


def make_edition(hub: Hub, *readers: str) -> Edition:
    """A composed edition with a queued delivery for each reader."""
    for reader in readers:
        add_reader(hub, reader)
    add_note(hub, body="Some text.")
    edition = publish_week(hub)
    assert edition is not None
    return edition
