from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from notes import services, subscribing
from notes.digests.schedule import Slot
from notes.models import Delivery, Event, EventKind, Hub, Subscriber, Subscription
from tests.notes.digests.weeks import WEEK, add_reader, make_edition, make_hub


def questions() -> int:
    return Event.objects.filter(kind=EventKind.SUBSCRIPTION_REQUESTED).count()


def later(monkeypatch: pytest.MonkeyPatch, **delta: float) -> None:
    moment = timezone.now() + timedelta(**delta)
    monkeypatch.setattr(timezone, "now", lambda: moment)


def test_a_subscription_waits_for_its_confirmation(hub: Hub) -> None:
    subscription = subscribing.subscribe(email="ada@example.org", hub=hub)
    assert not subscription.is_active
    assert questions() == 1
    subscribing.confirm_subscription(subscription=subscription)
    assert list(Subscription.objects.active()) == [subscription]


def test_an_address_is_one_subscriber_however_it_is_written(hub: Hub) -> None:
    first = subscribing.subscribe(email="Ada@example.org", hub=hub)
    second = subscribing.subscribe(email="ada@EXAMPLE.org", hub=make_hub("other"))
    assert first.subscriber == second.subscriber
    assert Subscriber.objects.get().email == "Ada@example.org"


def test_asking_again_at_once_does_not_flood_the_address(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribing.subscribe(email="ada@example.org", hub=hub)
    subscribing.subscribe(email="ada@example.org", hub=hub)
    assert questions() == 1
    later(monkeypatch, minutes=6)
    subscribing.subscribe(email="ada@example.org", hub=hub)
    assert questions() == 2


def test_who_is_subscribed_is_not_asked_again(hub: Hub) -> None:
    add_reader(hub, "ada@example.org")
    subscribing.subscribe(email="ada@example.org", hub=hub)
    assert questions() == 1


def test_who_has_just_left_can_come_back_at_once(hub: Hub) -> None:
    subscription = add_reader(hub, "ada@example.org")
    subscribing.unsubscribe(subscription=subscription)
    assert not subscription.is_active
    again = subscribing.subscribe(email="ada@example.org", hub=hub)
    assert questions() == 2
    subscribing.confirm_subscription(subscription=again)
    assert again.is_active


def test_confirming_and_leaving_twice_is_recorded_once(hub: Hub) -> None:
    subscription = add_reader(hub)
    subscribing.confirm_subscription(subscription=subscription)
    subscribing.unsubscribe(subscription=subscription)
    ended_at = subscription.ended_at
    subscribing.unsubscribe(subscription=subscription)
    assert subscription.ended_at == ended_at
    kinds = list(subscription.events.values_list("kind", flat=True))
    assert kinds == [
        EventKind.SUBSCRIPTION_REQUESTED,
        EventKind.SUBSCRIPTION_CONFIRMED,
        EventKind.SUBSCRIPTION_ENDED,
    ]


def due() -> list[tuple[str, str]]:
    events = Event.objects.filter(kind=EventKind.DIGEST_FELL_DUE).order_by("id")
    return [(event.hub.slug, event.data["week"]) for event in events if event.hub]


def test_a_digest_falls_due_once_however_often_the_clock_ticks(hub: Hub) -> None:
    assert services.record_due_digests(at=WEEK.end) == 1
    assert services.record_due_digests(at=WEEK.end + timedelta(days=3)) == 0
    assert due() == [("backend", "2026-W47")]


def test_before_its_hour_a_digest_is_not_due(hub: Hub) -> None:
    services.record_due_digests(at=WEEK.end - timedelta(seconds=1))
    assert due() == [("backend", "2026-W46")]


def test_each_hub_has_its_own_digest_from_its_first_week_on(hub: Hub) -> None:
    make_hub("other")
    Hub.objects.filter(slug="other").update(created_at=WEEK.end)
    assert services.record_due_digests(at=WEEK.end) == 1
    assert services.record_due_digests(at=WEEK.end + timedelta(weeks=1)) == 2


def test_a_reader_can_follow_all_hubs_and_some_tags_of_one(hub: Hub) -> None:
    everything = add_reader(None, "ada@example.org")
    some = add_reader(hub, "ada@example.org", tags=["django", "celery", "django"])
    assert everything.subscriber == some.subscriber
    assert (everything.tags, some.tags) == ([], ["celery", "django"])
    assert str(everything) == "ada@example.org follows all hubs"
    again = subscribing.subscribe(email="ada@example.org", hub=None)
    assert again == everything
    subscribing.choose_tags(subscription=some, tags=[])
    assert Subscription.objects.get(pk=some.pk).tags == []


def test_leaving_ends_all_subscriptions_at_once(hub: Hub) -> None:
    reader = add_reader(None).subscriber
    add_reader(hub)
    subscribing.unsubscribe_all(subscriptions=reader.subscriptions.all())
    assert not Subscription.objects.active().exists()
    ended = Event.objects.filter(kind=EventKind.SUBSCRIPTION_ENDED)
    assert ended.count() == 2


def test_choosing_another_hour_is_kept_and_recorded(hub: Hub) -> None:
    subscription = add_reader(hub)
    slot = Slot(weekday=4, hour=18, time_zone="Europe/Berlin")
    subscribing.choose_slot(subscriber=subscription.subscriber, slot=slot)
    assert Slot.of(Subscriber.objects.get()) == slot
    event = Event.objects.latest("id")
    assert event.kind == EventKind.SUBSCRIPTION_CHANGED
    assert event.data == {"subscriber": subscription.subscriber_id}


def waiting(at: datetime) -> int:
    return services.record_due_deliveries(at=at)


def test_mail_that_nobody_sends_falls_due_once_an_hour(hub: Hub) -> None:
    edition = make_edition(hub, "ada@example.org")
    hour = edition.composed_at.replace(minute=0, second=0)
    assert waiting(hour + timedelta(hours=2)) == 1
    assert waiting(hour + timedelta(hours=2, minutes=30)) == 0
    assert waiting(hour + timedelta(hours=3)) == 1
    event = Event.objects.latest("id")
    shard = edition.deliveries.get().subscriber_id % settings.NEXUS_MAIL_SHARDS
    assert (event.kind, event.data) == ("deliveries.fell_due", {"shard": shard})


def test_each_quarter_in_which_a_readers_hour_comes_falls_due(hub: Hub) -> None:
    edition = make_edition(hub, "ada@example.org", "grace@example.org")
    hour = edition.composed_at.replace(minute=0, second=0, microsecond=0)
    hour += timedelta(hours=5)
    for delivery, minutes in zip(edition.deliveries.all(), (0, 45), strict=True):
        edition.deliveries.filter(pk=delivery.pk).update(
            due_at=hour + timedelta(minutes=minutes)
        )
    assert waiting(hour - timedelta(minutes=5)) == 0
    assert waiting(hour + timedelta(minutes=5)) == 1
    assert waiting(hour + timedelta(minutes=10)) == 0
    edition.deliveries.filter(due_at=hour).update(state="sent")
    assert waiting(hour + timedelta(minutes=40)) == 0
    assert waiting(hour + timedelta(minutes=50)) == 1


def test_mail_that_is_being_sent_is_left_alone(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "NEXUS_MAIL_SHARDS", 1)
    edition = make_edition(hub, "ada@example.org", "grace@example.org")
    hour = edition.composed_at.replace(minute=0, second=0) + timedelta(hours=2)
    first = edition.deliveries.all()[0]
    edition.deliveries.filter(pk=first.pk).update(state="sent", sending_at=hour)
    assert waiting(hour + timedelta(minutes=9)) == 0
    assert waiting(hour + timedelta(minutes=11)) == 1


def test_what_was_on_its_way_when_a_sender_died_falls_due(hub: Hub) -> None:
    edition = make_edition(hub, "ada@example.org")
    hour = edition.composed_at.replace(minute=0, second=0) + timedelta(hours=2)
    edition.deliveries.update(state="sending", sending_at=hour)
    assert waiting(hour + timedelta(seconds=50)) == 0
    assert waiting(hour + timedelta(minutes=11)) == 1


def test_an_edition_that_went_out_is_done(hub: Hub) -> None:
    edition = make_edition(hub, "ada@example.org")
    edition.deliveries.update(state=Delivery.State.SENT)
    assert waiting(edition.composed_at + timedelta(days=1)) == 0


def test_what_is_asked_within_minutes_is_one_question_and_one_answer(hub: Hub) -> None:
    first = subscribing.subscribe(email="ada@example.org", hub=hub)
    second = subscribing.subscribe(email="ada@example.org", hub=make_hub("other"))
    asked = Event.objects.filter(kind=EventKind.SUBSCRIPTION_REQUESTED)
    assert asked.count() == 1
    subscribing.confirm_subscription(subscription=first)
    assert set(Subscription.objects.active()) == {first, second}


def test_an_answer_does_not_confirm_what_was_asked_too_long_ago(hub: Hub) -> None:
    old = subscribing.subscribe(email="ada@example.org", hub=make_hub("other"))
    Subscription.objects.update(requested_at=timezone.now() - timedelta(days=8))
    new = subscribing.subscribe(email="ada@example.org", hub=hub)
    subscribing.confirm_subscription(subscription=new)
    assert list(Subscription.objects.active()) == [new]
    assert old.pk != new.pk


def test_what_is_followed_already_begins_no_second_time(hub: Hub) -> None:
    subscription = add_reader(hub)
    begun = Event.objects.filter(kind=EventKind.SUBSCRIPTION_CONFIRMED)
    for _ in range(2):
        subscribing.follow(
            subscriber=subscription.subscriber, hubs=[hub, None], tags=["css"]
        )
    assert begun.count() == 2
    assert {one.subject for one in Subscription.objects.active()} == {
        "Backend hub",
        "all hubs",
    }
