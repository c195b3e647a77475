from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from notes import housekeeping, subscribing
from notes.models import Event, EventKind, Hub, Job, Subscriber, Subscription


def old_job(hub: Hub, state: Job.State, key: str | None = None) -> Job:
    long_ago = timezone.now() - timedelta(days=120)
    event = Event.objects.create(
        kind=EventKind.LINKS_CHECKED,
        hub=hub,
        key=key,
        recorded_at=long_ago,
        dispatched_at=long_ago,
        announced_at=long_ago,
    )
    job = Job.objects.create(handler="x", hub=hub, state=state, finished_at=long_ago)
    job.events.add(event)
    return job


def test_old_finished_jobs_and_their_events_are_forgotten(hub: Hub) -> None:
    old_job(hub, Job.State.SUCCEEDED)

    housekeeping.prune()

    assert not Job.objects.exists()
    assert not Event.objects.exists()


def test_failed_jobs_stay_until_somebody_has_seen_to_them(hub: Hub) -> None:
    old_job(hub, Job.State.FAILED)

    housekeeping.prune()

    assert Job.objects.count() == Event.objects.count() == 1


def test_keys_stay_so_that_nothing_falls_due_twice(hub: Hub) -> None:
    old_job(hub, Job.State.SUCCEEDED, key="digest:nexus:2026-W01")

    housekeeping.prune()

    assert Event.objects.get().key == "digest:nexus:2026-W01"


def test_an_event_that_nobody_has_announced_is_kept(hub: Hub) -> None:
    old_job(hub, Job.State.SUCCEEDED)
    Event.objects.update(announced_at=None)

    housekeeping.prune()

    assert Event.objects.exists()


def test_addresses_that_nobody_confirmed_from_are_forgotten(hub: Hub) -> None:
    asked = {
        name: subscribing.subscribe(email=f"{name}@example.org", hub=hub)
        for name in ("typed", "reader", "left", "asked-again", "refused")
    }
    for name in ("reader", "left"):
        subscribing.confirm_subscription(subscription=asked[name])
    subscribing.unsubscribe(subscription=asked["left"])
    asked["refused"].subscriber.refuse("550 5.1.1 No such user")
    long_ago = timezone.now() - timedelta(days=31)
    Subscriber.objects.update(created_at=long_ago)
    again = Q(pk=asked["asked-again"].pk)
    Subscription.objects.exclude(again).update(requested_at=long_ago)

    assert housekeeping.prune().endswith("and 1 unconfirmed addresses")

    assert not Subscriber.objects.filter(email="typed@example.org").exists()
    assert Subscriber.objects.count() == 4
