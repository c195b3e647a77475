"""Digests after downtime: once, together, never a flood and never lost."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from notes import services
from notes.digests import compose, deliver
from notes.digests.lateness import MERGED, longest_delay
from notes.digests.schedule import Slot, Week, week_due
from notes.models import Delivery, Edition, Event, EventKind, Hub
from tests.notes.digests.smtp import Postman
from tests.notes.digests.weeks import (
    WEEK,
    add_note,
    add_reader,
    make_edition,
    publish_week,
)

HOUR = timedelta(hours=1)


def send() -> None:
    for shard in range(settings.NEXUS_MAIL_SHARDS):
        deliver.send_shard(shard, seconds=60)


def come_late(delay: timedelta) -> None:
    """As if all that is queued had been due so long ago."""
    due_at = timezone.now() - delay
    Delivery.objects.queued().update(due_at=due_at, expires_at=due_at + longest_delay())


def compose_at(hub: Hub, week: Week, delay: timedelta) -> Delivery:
    """The delivery of a week that was composed so long after its reader's hour."""
    add_note(hub, at=week.start)
    reader = add_reader(hub).subscriber
    draft = compose.draft(hub, week=str(week))
    with transaction.atomic():
        compose.publish(draft, at=Slot.of(reader).after(week) + delay)
    return Delivery.objects.get()


def test_a_digest_that_is_a_little_late_goes_out_once(
    hub: Hub, postman: Postman
) -> None:
    make_edition(hub, "reader@example.org")
    come_late(longest_delay() - HOUR)
    send()
    send()
    assert postman.addresses == ["reader@example.org"]


def test_one_that_is_too_late_goes_with_the_next_in_one_mail(
    hub: Hub, postman: Postman
) -> None:
    make_edition(hub, "reader@example.org")
    come_late(longest_delay() + HOUR)
    send()
    assert postman.mails == []
    delivery = Delivery.objects.get()
    assert delivery.error == MERGED
    assert delivery.due_at == Slot.of(delivery.subscriber).next_after(timezone.now())
    add_note(hub, "Of the next week", at=WEEK.next.start)
    publish_week(hub, WEEK.next)
    come_late(HOUR)
    send()
    (mail,) = postman.mails
    assert mail["Subject"] == "Backend hub, week 47 and 48"
    text = postman.raw[0].decode()
    assert "Some text." in text
    assert "Of the next week" in text


def test_what_is_put_off_again_and_again_is_given_up_in_the_end(
    hub: Hub, postman: Postman
) -> None:
    make_edition(hub, "reader@example.org")
    Edition.objects.update(composed_at=timezone.now() - timedelta(weeks=6))
    come_late(longest_delay() + HOUR)
    send()
    assert Delivery.objects.get().state == Delivery.State.FAILED


def test_an_edition_composed_late_goes_to_readers_whose_hour_is_not_long_gone(
    hub: Hub,
) -> None:
    delivery = compose_at(hub, Week.of(timezone.now()), longest_delay() - HOUR)
    assert delivery.due_at <= timezone.now()


def test_one_composed_too_late_waits_for_their_next_hour(hub: Hub) -> None:
    week = Week.of(timezone.now())
    delivery = compose_at(hub, week, longest_delay() + HOUR)
    assert delivery.due_at == Slot.of(delivery.subscriber).after(week.next)


def test_after_weeks_without_beat_one_digest_tells_of_all_of_them(hub: Hub) -> None:
    add_reader(hub)
    weeks = [Week.of(WEEK.start - timedelta(weeks=ago)) for ago in (3, 2, 1, 0)]
    for week in weeks:
        add_note(hub, f"Note of {week}", at=week.start)
    publish_week(hub, weeks[0])
    assert services.record_due_digests(at=WEEK.end) == 1
    due = Event.objects.get(kind=EventKind.DIGEST_FELL_DUE)
    assert due.data["week"] == str(week_due(WEEK.end)) == str(WEEK)
    edition = publish_week(hub)
    assert edition is not None
    for week in weeks[1:]:
        assert f"Note of {week}" in edition.page
    assert f"Note of {weeks[0]}" not in edition.page
    assert "3 notes" in edition.subject
    assert Delivery.objects.count() == 2, "one each for the two editions"


def test_the_digest_says_which_weeks_it_makes_up_for(hub: Hub) -> None:
    publish_two_weeks_before(hub)
    add_note(hub)
    edition = publish_week(hub)
    assert edition is not None
    said = "It also tells of 9 to 15 November 2026, when no digest was composed."
    assert said in edition.page


def test_an_empty_week_is_no_missed_week(hub: Hub) -> None:
    publish_two_weeks_before(hub)
    assert publish_week(hub, Week.of(WEEK.start - timedelta(weeks=1))) is None
    add_note(hub)
    edition = publish_week(hub)
    assert edition is not None
    assert "It also tells" not in edition.page


def publish_two_weeks_before(hub: Hub) -> None:
    week = Week.of(WEEK.start - timedelta(weeks=2))
    add_note(hub, "Two weeks before", at=week.start)
    assert publish_week(hub, week)
