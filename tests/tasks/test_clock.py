"""The clock only records that something fell due, each fact once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from notes.digests.schedule import week_due
from notes.models import Event, EventKind, Hub
from tasks import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def old_hub(hub: Hub) -> Hub:
    """A hub that was there during the week whose digest is due now."""
    Hub.objects.update(created_at=timezone.now() - timedelta(weeks=4))
    return hub


def recorded(kind: EventKind) -> list[Event]:
    return list(Event.objects.filter(kind=kind))


def test_a_digest_falls_due_once_a_week_and_hub_however_often_it_ticks(
    old_hub: Hub,
) -> None:
    assert clock.record_due_digests() == 1
    assert clock.record_due_digests() == 0
    (event,) = recorded(EventKind.DIGEST_FELL_DUE)
    week = str(week_due(timezone.now()))
    assert event.hub == old_hub
    assert event.key == f"digest:first:{week}"
    assert event.data["week"] == week


def test_a_hub_that_was_not_there_yet_has_no_digest_due(hub: Hub) -> None:
    assert clock.record_due_digests() == 0


def test_link_checks_fall_due_once_a_day_and_hub(hub: Hub) -> None:
    assert [clock.record_due_link_checks() for _ in range(2)] == [1, 0]
    (event,) = recorded(EventKind.LINKS_FELL_DUE)
    assert event.hub == hub


def test_housekeeping_falls_due_once_a_day() -> None:
    assert [clock.record_due_housekeeping() for _ in range(2)] == [1, 0]
    (event,) = recorded(EventKind.HOUSEKEEPING_FELL_DUE)
    assert event.hub is None


def test_a_tick_does_no_work_of_its_own(old_hub: Hub) -> None:
    clock.record_due_digests()
    clock.record_due_link_checks()
    assert not old_hub.jobs.exists()
    assert not old_hub.editions.exists()
