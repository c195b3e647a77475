from __future__ import annotations

from datetime import timedelta

from notes import services
from notes.digests import compose
from notes.digests.overdue import GRACE, overdue
from notes.digests.schedule import Week
from notes.models import Delivery, Hub
from tests.notes.digests.weeks import WEEK, add_note, make_edition, publish_week

SECOND = timedelta(seconds=1)


def told(now: object) -> list[tuple[str, str]]:
    return [(late.week, late.what) for late in overdue(now)]  # type: ignore[arg-type]


def test_a_digest_that_nobody_composed_is_overdue_after_an_hour(hub: Hub) -> None:
    assert told(WEEK.end + GRACE - SECOND) == []
    assert told(WEEK.end + GRACE) == [(str(WEEK), "has not been composed")]


def test_recording_that_it_fell_due_is_not_enough(hub: Hub) -> None:
    services.record_due_digests(at=WEEK.end)
    assert told(WEEK.end + GRACE) == [(str(WEEK), "has not been composed")]


def test_a_composed_or_empty_week_is_not_overdue(hub: Hub) -> None:
    publish_week(hub)
    assert compose.draft(hub, week=str(WEEK)).rendered is None
    assert told(WEEK.end + GRACE) == []
    following = Week.of(WEEK.end)
    add_note(hub, at=following.start)
    publish_week(hub, following)
    assert told(following.end + GRACE) == []


def test_a_hub_that_is_newer_than_the_week_owes_no_digest(hub: Hub) -> None:
    Hub.objects.update(created_at=WEEK.end)
    assert told(WEEK.end + GRACE) == []


def test_mail_that_waits_for_over_an_hour_is_overdue(hub: Hub) -> None:
    make_edition(hub, "ada@example.org", "grace@example.org")
    due_at = WEEK.end + timedelta(hours=7)
    Delivery.objects.update(due_at=due_at)
    assert told(due_at + GRACE - SECOND) == []
    (late,) = overdue(due_at + GRACE)
    assert late.what == "waits to be sent to 2 subscribers"
    assert (late.hub, late.since) == (hub, due_at)
    Delivery.objects.update(state=Delivery.State.SENT)
    assert told(due_at + GRACE) == []
