from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core import signing
from django.utils import timezone

from notes import subscribing
from notes.digests import tokens
from notes.models import Hub
from tests.notes.digests.weeks import add_reader


def token_of(url: str) -> str:
    return urlsplit(url).path.split("/")[2]


def test_a_confirm_link_leads_to_its_subscription(hub: Hub) -> None:
    subscription = subscribing.subscribe(email="ada@example.org", hub=hub)
    url = tokens.confirm_url(subscription)
    assert url.startswith("http://127.0.0.1:8000/s/")
    assert "ada" not in url
    assert tokens.read_confirm_token(token_of(url)) == subscription


def test_a_confirm_link_ends_after_seven_days(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = subscribing.subscribe(email="ada@example.org", hub=hub)
    token = token_of(tokens.confirm_url(subscription))
    with monkeypatch.context() as later:
        later.setattr(signing.time, "time", in_days(6.9))
        assert tokens.read_confirm_token(token) == subscription
        later.setattr(signing.time, "time", in_days(7.1))
        with pytest.raises(tokens.LinkSpentError, match="Subscribe once more"):
            tokens.read_confirm_token(token)


def in_days(days: float) -> object:
    moment = (timezone.now() + timedelta(days=days)).timestamp()
    return lambda: moment


def test_an_old_confirm_link_subscribes_nobody_who_has_left(hub: Hub) -> None:
    subscription = subscribing.subscribe(email="ada@example.org", hub=hub)
    token = token_of(tokens.confirm_url(subscription))
    subscribing.confirm_subscription(subscription=subscription)
    subscribing.unsubscribe(subscription=subscription)
    with pytest.raises(tokens.LinkSpentError):
        tokens.read_confirm_token(token)
    again = subscribing.subscribe(email="ada@example.org", hub=hub)
    token = token_of(tokens.confirm_url(again))
    assert tokens.read_confirm_token(token) == subscription


def test_an_unsubscribe_link_never_ends(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = add_reader(hub)
    token = token_of(tokens.unsubscribe_url(subscription.subscriber))
    monkeypatch.setattr(signing.time, "time", in_days(4000))
    assert list(tokens.read_unsubscribe_token(token)) == [subscription]


def test_one_kind_of_link_does_not_open_the_other_door(hub: Hub) -> None:
    subscription = add_reader(hub)
    with pytest.raises(tokens.LinkBrokenError):
        tokens.read_confirm_token(
            token_of(tokens.unsubscribe_url(subscription.subscriber))
        )
    with pytest.raises(tokens.LinkBrokenError):
        tokens.read_unsubscribe_token(token_of(tokens.confirm_url(subscription)))


@pytest.mark.parametrize("token", ["", "1", "1:abc", "x:y:z", "%00"])
def test_a_made_up_link_is_refused(token: str) -> None:
    with pytest.raises(tokens.LinkBrokenError, match="Copy it from the mail"):
        tokens.read_unsubscribe_token(token)
    with pytest.raises(tokens.LinkBrokenError):
        tokens.read_confirm_token(token)


def test_the_link_of_a_deleted_subscription_is_refused(hub: Hub) -> None:
    subscription = add_reader(hub)
    token = token_of(tokens.unsubscribe_url(subscription.subscriber))
    subscription.subscriber.delete()
    with pytest.raises(tokens.LinkBrokenError):
        tokens.read_unsubscribe_token(token)
