"""Mail providers' webhooks, posted to as the providers do."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from nexus import webhooks
from notes import subscribing
from notes.digests import message
from notes.models import Delivery, Hub, Subscriber
from tests.notes.digests.weeks import make_edition, make_hub

SECRET = "provider:a-long-enough-password"
READER = "reader@example.org"
State = Delivery.State


@pytest.fixture(autouse=True)
def switched_on(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.nexus.urls_with_webhooks"
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}


@pytest.fixture
def hub(db: None) -> Hub:
    return make_hub()


@pytest.fixture
def sent(hub: Hub) -> Delivery:
    """A delivery in doubt, which a provider's event may settle."""
    make_edition(hub, READER)
    delivery = Delivery.objects.get()
    Delivery.objects.update(state=State.DOUBT, sending_at=delivery.due_at)
    return delivery


def post(
    event: dict[str, Any], *, secret: str = SECRET, provider: str = "brevo"
) -> int:
    return (
        Client(enforce_csrf_checks=True)
        .post(
            f"/hooks/mail/{provider}/tracking/",
            json.dumps(event),
            content_type="application/json",
            headers={"Authorization": f"Basic {b64encode(secret.encode()).decode()}"},
        )
        .status_code
    )


def brevo(kind: str, sent: Delivery | None = None, reason: str = "") -> dict[str, Any]:
    """See https://developers.brevo.com/docs/transactional-webhooks."""
    event = {
        "event": kind,
        "email": READER,
        "reason": reason,
        "ts_epoch": 1795000000000,
    }
    if sent:
        name = message.name_of([sent.edition])
        event["message-id"] = message.message_id(name, sent.subscriber)
    return event


def state() -> str:
    return Delivery.objects.get().state


def test_a_hard_bounce_fails_the_delivery_and_ends_the_address(sent: Delivery) -> None:
    assert post(brevo("hard_bounce", sent, "550 5.1.1 no such user")) == 200
    assert state() == State.FAILED
    assert Subscriber.objects.get().refusal == "550 5.1.1 no such user"


def test_a_receipt_settles_a_doubt(sent: Delivery) -> None:
    assert post(brevo("delivered", sent)) == 200
    assert state() == State.SENT


@pytest.mark.parametrize("kind", ["spam", "unsubscribe"])
def test_whoever_complains_or_leaves_there_gets_nothing_more(
    sent: Delivery, kind: str
) -> None:
    assert post(brevo(kind)) == 200
    assert Subscriber.objects.get().refused_at


@pytest.mark.parametrize("kind", ["opened", "click", "deferred", "no-such-event"])
def test_what_does_not_interest_us_changes_nothing(sent: Delivery, kind: str) -> None:
    assert post(brevo(kind, sent)) == 200
    assert state() == State.DOUBT
    assert Subscriber.objects.get().refused_at is None


def test_without_the_secret_nothing_is_believed(sent: Delivery) -> None:
    assert post(brevo("hard_bounce", sent), secret="provider:guessed") == 400
    assert state() == State.DOUBT


def test_somebody_we_do_not_know_is_no_error(hub: Hub) -> None:
    assert post(brevo("spam")) == 200


def test_another_provider_is_understood_too(hub: Hub) -> None:
    subscribing.subscribe(email=READER, hub=hub)
    event = {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "Email": READER,
        "Details": "smtp;550 5.1.1 User unknown",
        "BouncedAt": "2026-11-25T03:00:00Z",
    }
    assert post(event, provider="postmark") == 200
    assert Subscriber.objects.get().refusal == "smtp;550 5.1.1 User unknown"


def test_every_provider_has_its_door() -> None:
    assert len(webhooks.urlpatterns) == len(webhooks.PROVIDERS)


def test_there_is_no_door_by_default(settings: Settings) -> None:
    settings.ROOT_URLCONF = "nexus.urls"
    assert Client().post("/hooks/mail/brevo/tracking/").status_code == 404
