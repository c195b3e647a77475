from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from notes import services, subscribing
from notes.models import Event, EventKind, Hub, Note, Readme, Section, Subscription
from notes.services import NoteText


def submitted(hub: Hub, section: Section, author: User, title: str = "Celery") -> Note:
    text = NoteText(section=section, title=title, body="Tasks.", tags=("async", "mq"))
    return services.submit_note(hub=hub, author=author, text=text)


def last_event() -> Event:
    event = Event.objects.last()
    assert event
    return event


def test_a_submitted_note_is_recorded_with_its_event(
    hub: Hub, section: Section, ada: User
) -> None:
    note = submitted(hub, section, ada)

    assert sorted(tag.name for tag in note.tags.all()) == ["async", "mq"]
    event = last_event()
    assert (event.kind, event.note, event.hub, event.actor) == (
        EventKind.NOTE_SUBMITTED,
        note,
        hub,
        ada,
    )


def test_each_change_asks_for_a_newer_readme(
    hub: Hub, section: Section, ada: User
) -> None:
    first = submitted(hub, section, ada)
    second = submitted(hub, section, ada, "Redis")

    assert (first.readme_version, second.readme_version) == (1, 2)
    assert Readme.objects.get(hub=hub).requested == 2


def test_an_event_that_cannot_be_recorded_takes_the_note_with_it(
    hub: Hub, section: Section, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_: object, **__: object) -> None:
        raise IntegrityError("disk full")

    monkeypatch.setattr(Event.objects, "create", full_disk)

    with pytest.raises(IntegrityError), transaction.atomic():
        submitted(hub, section, ada)

    assert not Note.objects.exists()
    assert Readme.objects.get(hub=hub).requested == 0


def test_an_edit_leaves_the_slice_to_the_rebuild(
    hub: Hub, section: Section, ada: User
) -> None:
    note = submitted(hub, section, ada)
    Note.objects.filter(pk=note.pk).update(
        source="- **Celery**: Tasks.\n", placed_in=section, is_placed=True
    )

    services.edit_note(
        note=note, editor=ada, text=NoteText(section=section, title="Celery 5")
    )

    note.refresh_from_db()
    assert note.title == "Celery 5"
    assert note.source == "- **Celery**: Tasks.\n"
    assert not note.is_placed
    assert not note.tags.exists()
    assert last_event().kind == EventKind.NOTE_EDITED


def test_a_withdrawn_note_keeps_its_text(hub: Hub, section: Section, ada: User) -> None:
    note = submitted(hub, section, ada)

    services.withdraw_note(note=note, editor=ada)

    note.refresh_from_db()
    assert (note.state, note.body) == (Note.State.WITHDRAWN, "Tasks.")
    assert last_event().kind == EventKind.NOTE_WITHDRAWN


def test_a_digest_falls_due_once_however_often_the_clock_ticks(hub: Hub) -> None:
    Hub.objects.update(created_at=datetime(2026, 11, 1, tzinfo=UTC))
    monday = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)

    assert services.record_due_digests(at=monday) == 1
    assert services.record_due_digests(at=monday) == 0
    assert last_event().key == "digest:nexus:2026-W47"


def test_no_digest_falls_due_for_weeks_before_the_hub(hub: Hub) -> None:
    Hub.objects.update(created_at=datetime(2026, 11, 25, tzinfo=UTC))

    assert services.record_due_digests(at=datetime(2026, 11, 26, tzinfo=UTC)) == 0


def test_link_checks_fall_due_once_a_day(hub: Hub) -> None:
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    assert services.record_due_link_checks(at=monday) == 1
    assert services.record_due_link_checks(at=monday + timedelta(hours=23)) == 0
    assert services.record_due_link_checks(at=monday + timedelta(days=1)) == 1


def test_the_same_address_in_other_letters_is_the_same_subscriber(hub: Hub) -> None:
    first = subscribing.subscribe(email="ada@example.org", hub=hub)
    second = subscribing.subscribe(email="Ada@Example.org", hub=hub)

    assert first == second


def test_asking_twice_at_once_mails_one_question(hub: Hub) -> None:
    subscribing.subscribe(email="ada@example.org", hub=hub)
    subscribing.subscribe(email="ada@example.org", hub=hub)

    asked = Event.objects.filter(kind=EventKind.SUBSCRIPTION_REQUESTED)
    assert asked.count() == 1


def test_who_left_may_come_back(hub: Hub) -> None:
    subscription = subscribing.subscribe(email="ada@example.org", hub=hub)
    subscribing.confirm_subscription(subscription=subscription)
    subscribing.unsubscribe(subscription=subscription)
    assert not Subscription.objects.active().exists()

    subscribing.confirm_subscription(subscription=subscription)

    assert Subscription.objects.active().exists()
