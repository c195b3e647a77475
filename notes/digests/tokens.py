"""Signed links for people without an account: confirm, choose the hour, unsubscribe.

The tokens hold a row's number and no address. Each purpose has a salt of its own, so
that one link never opens the other's door. Mails of before there was one mail for all
hubs have links that name a subscription; those end that one, as they said they would.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from notes.models import Subscriber, Subscription
from notes.models.subscriber import SubscriptionQuerySet

CONFIRM_WITHIN = timedelta(days=7)
CONFIRM_SALT = "notes.digests.confirm"
PREFERENCES_SALT = "notes.digests.preferences"
UNSUBSCRIBE_SALT = "notes.digests.unsubscribe"
READER = "reader-"


class LinkError(Exception):
    """A link from a mail that opens nothing; its text tells people what to do."""

    def __str__(self) -> str:
        return self.__doc__ or ""


class LinkBrokenError(LinkError):
    """This link is not complete. Copy it from the mail as a whole."""


class LinkSpentError(LinkError):
    """This link was good for seven days or has been used. Subscribe once more."""


def confirm_url(subscription: Subscription) -> str:
    """The link that proves, for seven days, that the address is its reader's."""
    question = [subscription.pk, subscription.requested_at.timestamp()]
    token = signing.dumps(question, salt=CONFIRM_SALT)
    return settings.BASE_URL + reverse("confirm", args=[token])


def read_confirm_token(token: str) -> Subscription:
    """The subscription to confirm.

    Raises LinkBrokenError for what we never wrote, and LinkSpentError when it is too
    old or its subscription has been ended since: an old mail subscribes nobody anew.
    """
    try:
        pk, asked = signing.loads(token, salt=CONFIRM_SALT, max_age=CONFIRM_WITHIN)
    except signing.SignatureExpired as error:
        raise LinkSpentError from error
    except signing.BadSignature as error:
        raise LinkBrokenError from error
    subscription = _subscription(pk)
    ended_at = subscription.ended_at
    if ended_at and datetime.fromtimestamp(asked, UTC) <= ended_at:
        raise LinkSpentError
    return subscription


def pending(subscriber: Subscriber) -> SubscriptionQuerySet:
    """What an address was asked about and has not answered; one link confirms all."""
    since = timezone.now() - CONFIRM_WITHIN
    return subscriber.subscriptions.unanswered(since=since)


def preferences_url(subscriber: Subscriber) -> str:
    """The link to the page on which its reader chooses day and hour."""
    return _lasting_url("preferences", subscriber, salt=PREFERENCES_SALT)


def unsubscribe_url(subscriber: Subscriber) -> str:
    """The link that ends all subscriptions, good for as long as the mail is kept."""
    return _lasting_url("unsubscribe", subscriber, salt=UNSUBSCRIBE_SALT)


def read_preferences_token(token: str) -> Subscriber:
    """Whose page the link opens; LinkBrokenError if we never wrote it."""
    kind, pk = _read_lasting(token, salt=PREFERENCES_SALT)
    return _subscriber(pk) if kind else _subscription(pk).subscriber


def read_unsubscribe_token(token: str) -> SubscriptionQuerySet:
    """The subscriptions that the link ends; LinkBrokenError if we never wrote it."""
    kind, pk = _read_lasting(token, salt=UNSUBSCRIBE_SALT)
    if kind:
        found = Subscription.objects.filter(subscriber=_subscriber(pk))
    else:
        found = Subscription.objects.filter(pk=_subscription(pk).pk)
    return found.select_related("hub", "subscriber")


def _lasting_url(route: str, subscriber: Subscriber, *, salt: str) -> str:
    token = _signer(salt, settings.SECRET_KEY).sign(f"{READER}{subscriber.pk}")
    before, after = _around(route)
    return f"{settings.BASE_URL}{before}{token}{after}"


@lru_cache
def _signer(salt: str, key: str) -> signing.Signer:
    return signing.Signer(key=key, salt=salt)


@lru_cache
def _around(route: str) -> tuple[str, str]:
    """What stands around the token in the path: the mails of a week look it up once."""
    before, _, after = reverse(route, args=["TOKEN"]).partition("TOKEN")
    return before, after


def _read_lasting(token: str, *, salt: str) -> tuple[str, int]:
    """READER and a subscriber's number, or nothing and a subscription's."""
    try:
        value = signing.Signer(salt=salt).unsign(token)
    except signing.BadSignature as error:
        raise LinkBrokenError from error
    number = value.removeprefix(READER)
    return value.removesuffix(number), int(number)


def _subscriber(pk: int) -> Subscriber:
    try:
        return Subscriber.objects.get(pk=pk)
    except Subscriber.DoesNotExist as error:
        raise LinkBrokenError from error


def _subscription(pk: int) -> Subscription:
    try:
        return Subscription.objects.select_related("hub", "subscriber").get(pk=pk)
    except Subscription.DoesNotExist as error:
        raise LinkBrokenError from error
