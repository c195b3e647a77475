"""Signed links for people without an account: confirm, choose the hour, unsubscribe.

The tokens hold a row's number and no address. Each purpose has a salt of its own, so
that one link never opens the other's door.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from notes.models import Subscription

CONFIRM_WITHIN = timedelta(days=7)
CONFIRM_SALT = "notes.digests.confirm"
PREFERENCES_SALT = "notes.digests.preferences"
UNSUBSCRIBE_SALT = "notes.digests.unsubscribe"


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


def preferences_url(subscription: Subscription) -> str:
    """The link to the page on which its reader chooses day and hour."""
    return _lasting_url("preferences", subscription, salt=PREFERENCES_SALT)


def unsubscribe_url(subscription: Subscription) -> str:
    """The link that ends a subscription, good for as long as the mail is kept."""
    return _lasting_url("unsubscribe", subscription, salt=UNSUBSCRIBE_SALT)


def read_preferences_token(token: str) -> Subscription:
    return _read_lasting(token, salt=PREFERENCES_SALT)


def read_unsubscribe_token(token: str) -> Subscription:
    return _read_lasting(token, salt=UNSUBSCRIBE_SALT)


def _lasting_url(route: str, subscription: Subscription, *, salt: str) -> str:
    token = signing.Signer(salt=salt).sign(str(subscription.pk))
    return settings.BASE_URL + reverse(route, args=[token])


def _read_lasting(token: str, *, salt: str) -> Subscription:
    """The subscription that the link is for; LinkBrokenError if we never wrote it."""
    try:
        number = signing.Signer(salt=salt).unsign(token)
    except signing.BadSignature as error:
        raise LinkBrokenError from error
    return _subscription(int(number))


def _subscription(pk: int) -> Subscription:
    try:
        return Subscription.objects.select_related("hub", "subscriber").get(pk=pk)
    except Subscription.DoesNotExist as error:
        raise LinkBrokenError from error
