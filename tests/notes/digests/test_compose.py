from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from notes import subscribing
from notes.digests import compose
from notes.digests.schedule import Slot, Week, WeekError
from notes.models import Event, EventKind, Hub
from tests.notes.digests.weeks import WEEK, add_note, add_reader, publish_week


def composed() -> list[Event]:
    return list(Event.objects.filter(kind=EventKind.DIGEST_COMPOSED))


def test_a_week_becomes_an_edition_with_a_delivery_for_each_subscriber(
    hub: Hub,
) -> None:
    add_note(hub, body="Some text.")
    readers = [
        add_reader(hub, f"{name}@example.org").subscriber for name in ("ada", "grace")
    ]
    edition = publish_week(hub)
    assert edition is not None
    assert edition.subject == "Backend hub, week 47: 1 note"
    assert "Some text." in str(edition.pieces)
    assert "Some text." in edition.page
    deliveries = edition.deliveries.all()
    assert [delivery.subscriber for delivery in deliveries] == readers
    assert {delivery.state for delivery in deliveries} == {"queued"}
    (event,) = composed()
    assert (event.hub, event.data) == (hub, {"week": "2026-W47"})


def test_only_who_has_confirmed_and_not_left_gets_it(hub: Hub) -> None:
    add_note(hub)
    subscribing.subscribe(email="asked@example.org", hub=hub)
    subscribing.unsubscribe(subscription=add_reader(hub, "left@example.org"))
    edition = publish_week(hub)
    assert edition is not None
    assert not edition.deliveries.exists()


def test_an_empty_week_sends_nothing_and_says_so(hub: Hub) -> None:
    add_reader(hub)
    draft = compose.draft(hub, week="2026-W47")
    with transaction.atomic():
        result = compose.publish(draft, at=WEEK.end)
    assert result == "nothing happened in week 47, so nothing is sent"
    assert not hub.editions.exists()
    assert composed() == []


def test_a_second_run_changes_nothing(hub: Hub) -> None:
    add_reader(hub)
    add_note(hub, "first")
    edition = publish_week(hub)
    add_note(hub, "second")
    add_reader(hub, "late@example.org")
    draft = compose.draft(hub, week=str(WEEK))
    with transaction.atomic():
        result = compose.publish(draft, at=WEEK.end)
    assert result == "the digest of week 47 had been composed before"
    assert publish_week(hub) == edition
    assert edition is not None
    assert "second" not in str(edition.pieces)
    assert edition.deliveries.count() == 1
    assert len(composed()) == 1


def test_the_result_says_how_many_get_it(hub: Hub) -> None:
    add_reader(hub)
    add_note(hub)
    draft = compose.draft(hub, week=str(WEEK))
    with transaction.atomic():
        assert (
            compose.publish(draft, at=WEEK.end)
            == "1 note by 1 person; goes to 1 subscriber"
        )


def test_what_is_no_week_is_refused(hub: Hub) -> None:
    with pytest.raises(WeekError):
        compose.draft(hub, week="2026-W60")


def test_each_delivery_is_due_at_the_hour_of_its_reader(hub: Hub) -> None:
    week = Week.of(timezone.now())
    add_note(hub, at=week.start)
    early, late = (add_reader(hub, f"{name}@example.org").subscriber for name in "ab")
    slot = Slot(weekday=3, hour=20, time_zone="America/New_York")
    subscribing.choose_slot(subscriber=late, slot=slot)
    draft = compose.draft(hub, week=str(week))
    before = timezone.now()
    with transaction.atomic():
        compose.publish(draft, at=week.end + timedelta(hours=7))
    due = dict(hub.editions.get().deliveries.values_list("subscriber_id", "due_at"))
    assert before <= due[early.id] <= timezone.now()
    assert due[late.id] == slot.after(week)
