"""A digest before its time: to look at, and to have sent to oneself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from notes.digests import compose, outbox, pieces
from notes.digests.answers import AddressRefusedError
from notes.digests.message import Letter
from notes.digests.schedule import Week
from notes.errors import NexusError
from notes.events import record_event
from notes.models import Edition, Event, EventKind, Hub, Subscriber

ONCE_IN = timedelta(minutes=1)


class NoAddressError(NexusError):
    """Your account has no mail address; an operator can give it one."""


class TestedLatelyError(NexusError):
    """A test was sent to you less than a minute ago; look into your mailbox."""


def edition_of(hub: Hub, week: Week) -> Edition | None:
    """What was frozen, else what would be frozen now; None for an empty week."""
    edition = hub.editions.select_related("hub").filter(week=str(week)).first()
    if edition:
        return edition
    draft = compose.draft(hub, week=str(week))
    return compose.freeze(hub, week, draft.rendered) if draft.rendered else None


def letter_of(edition: Edition) -> Letter:
    """The mail that who follows this hub alone gets, without its delivery."""
    return Letter.of([(edition, pieces.thaw(edition.pieces))])


@transaction.atomic
def request_test(*, hub: Hub, week: Week, user: User) -> None:
    """Have a digest sent to one's own address; a job does it."""
    if not user.email:
        raise NoAddressError
    since = timezone.now() - ONCE_IN
    asked = Event.objects.filter(kind=EventKind.DIGEST_TEST_REQUESTED, actor=user)
    if asked.filter(recorded_at__gt=since).exists():
        raise TestedLatelyError
    record_event(EventKind.DIGEST_TEST_REQUESTED, hub=hub, actor=user, week=str(week))


def send_test(hub: Hub, week: Week, user: User | None) -> str:
    """Send it as it is now, its own links dead; returns what was done."""
    edition = edition_of(hub, week)
    if edition is None:
        return f"nothing happened in week {week.number}, so there is nothing to test"
    if user is None or not user.email:
        return "whoever asked for it has no address any more"
    letter = letter_of(edition)
    test = replace(letter, subject=f"[Test] {letter.subject}")
    try:
        outbox.send_one(test.to(Subscriber(id=0, email=user.email)))
    except AddressRefusedError as error:
        return f"the mail server refuses {user.email}: {error}"[:500]
    return f"sent to {user.email}"
