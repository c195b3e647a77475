"""What readers do: ask for the digest, confirm, choose, leave; no account is needed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from notes.digests.schedule import Slot
from notes.digests.tokens import pending
from notes.events import record_event
from notes.models import Event, EventKind, Hub, Subscriber, Subscription
from notes.models.subscriber import SubscriptionQuerySet

ASK_AGAIN_AFTER = timedelta(minutes=5)


def subscribe(*, email: str, hub: Hub | None, tags: Iterable[str] = ()) -> Subscription:
    """Ask for one hub's digest, or with None for that of all."""
    return ask(email=email, hubs=[hub], tags=tags)[0]


@transaction.atomic
def ask(
    *,
    email: str,
    hubs: Iterable[Hub | None],
    tags: Iterable[str] = (),
    slot: Slot | None = None,
) -> list[Subscription]:
    """Ask for digests; nothing is sent but one question until it is confirmed.

    A hub of None stands for all of them; with tags it is about the notes that have
    one. Anybody may type an address, so nothing changes for whom has confirmed before.
    """
    subscriber = Subscriber.objects.get_or_create(
        email__iexact=email, defaults={"email": email}
    )[0]
    found = [_subscription(subscriber, hub) for hub in hubs]
    new = [subscription for subscription in found if not subscription.is_active]
    if slot and not subscriber.subscriptions.active().exists():
        _set_slot(subscriber, slot)
    asked_lately = _asked_lately(subscriber)
    for subscription in new:
        subscription.requested_at = timezone.now()
        subscription.tags = sorted(set(tags))
        subscription.save()
    if new and not asked_lately:
        record_event(EventKind.SUBSCRIPTION_REQUESTED, subscription=new[0])
    return found


def _subscription(subscriber: Subscriber, hub: Hub | None) -> Subscription:
    return Subscription.objects.select_related("subscriber").get_or_create(
        subscriber=subscriber, hub=hub, defaults={"requested_at": timezone.now()}
    )[0]


def _asked_lately(subscriber: Subscriber) -> bool:
    """Whether a question is on its way: nobody can have us flood an address.

    Its answer confirms what is asked for meanwhile, too.
    """
    asked = Event.objects.filter(
        kind=EventKind.SUBSCRIPTION_REQUESTED, subscription__in=pending(subscriber)
    )
    return asked.filter(recorded_at__gt=timezone.now() - ASK_AGAIN_AFTER).exists()


@transaction.atomic
def confirm_subscription(*, subscription: Subscription) -> None:
    """Say yes to it, and to whatever else is asked for that address."""
    subscriber = Subscriber.objects.get(pk=subscription.subscriber_id)
    this = subscriber.subscriptions.filter(pk=subscription.pk)
    asked = list((pending(subscriber) | this).select_related("hub"))
    Subscriber.objects.filter(pk=subscriber.pk).update(refused_at=None, refusal="")
    for one in asked:
        if one.confirmed_at is None or one.ended_at or subscriber.refused_at:
            _begin(one)
    subscription.refresh_from_db()


def _begin(subscription: Subscription) -> None:
    subscription.confirmed_at = timezone.now()
    subscription.ended_at = None
    subscription.save()
    record_event(EventKind.SUBSCRIPTION_CONFIRMED, subscription=subscription)


@transaction.atomic
def unsubscribe(*, subscription: Subscription) -> None:
    if subscription.ended_at:
        return
    subscription.ended_at = timezone.now()
    subscription.save()
    record_event(EventKind.SUBSCRIPTION_ENDED, subscription=subscription)


@transaction.atomic
def unsubscribe_all(*, subscriptions: SubscriptionQuerySet) -> None:
    """Leave altogether, as the one click in a mail does."""
    for subscription in subscriptions:
        unsubscribe(subscription=subscription)


@transaction.atomic
def follow(
    *, subscriber: Subscriber, hubs: Iterable[Hub | None], tags: Iterable[str]
) -> None:
    """From now on follow these hubs and no others; None stands for all.

    Only for whom a link from a mail has shown to be the address's reader: nothing is
    asked again. An address that is suppressed stays so.
    """
    wanted = {hub.pk if hub else None: hub for hub in hubs}
    for subscription in subscriber.subscriptions.filter(ended_at=None):
        if subscription.hub_id not in wanted:
            unsubscribe(subscription=subscription)
    for hub in wanted.values():
        subscription = _subscription(subscriber, hub)
        if subscription.confirmed_at is None or subscription.ended_at:
            _begin(subscription)
        if subscription.tags != sorted(set(tags)):
            choose_tags(subscription=subscription, tags=tags)


@transaction.atomic
def choose_tags(*, subscription: Subscription, tags: Iterable[str]) -> None:
    """Follow only the notes that have one of these tags; without tags all of them."""
    subscription.tags = sorted(set(tags))
    subscription.save()
    record_event(EventKind.SUBSCRIPTION_CHANGED, subscription=subscription)


@transaction.atomic
def choose_slot(*, subscriber: Subscriber, slot: Slot) -> None:
    """Have the next digests come on another day, at another hour."""
    _set_slot(subscriber, slot)
    record_event(EventKind.SUBSCRIPTION_CHANGED, subscriber=subscriber.pk)


def _set_slot(subscriber: Subscriber, slot: Slot) -> None:
    subscriber.weekday = slot.weekday
    subscriber.hour = slot.hour
    subscriber.time_zone = slot.time_zone
    subscriber.save(update_fields=["weekday", "hour", "time_zone"])
