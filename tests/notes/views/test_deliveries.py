from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from notes.models import Delivery, Edition, Event, EventKind
from tests.notes.digests.weeks import make_edition, make_hub

pytestmark = pytest.mark.django_db
LIST = reverse("delivery_list", args=["backend", "2026-W47"])


@pytest.fixture
def edition() -> Edition:
    return make_edition(make_hub(), "ada@example.org", "grace@example.org")


@pytest.fixture
def doubt(edition: Edition) -> Delivery:
    delivery = edition.deliveries.all()[0]
    edition.deliveries.filter(pk=delivery.pk).update(state="doubt")
    return delivery


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_user("operator", is_staff=True))
    return client


def test_an_operator_sees_when_the_server_took_the_mail_of_an_address(
    staff: Client, edition: Edition
) -> None:
    ada = edition.deliveries.all()[0]
    sent_at = datetime(2026, 11, 23, 7, 0, 3, tzinfo=UTC)
    edition.deliveries.filter(pk=ada.pk).update(state="sent", sent_at=sent_at)
    page = staff.get(LIST, {"address": "ADA@"}).content.decode()
    assert "took it on 23 November 2026, 07:00:03 UTC" in page
    assert "grace@example.org" not in page


def test_deliveries_are_found_by_their_state(staff: Client, doubt: Delivery) -> None:
    page = staff.get(LIST, {"state": "doubt"}).content.decode()
    assert "ada@example.org" in page
    assert "grace@example.org" not in page
    assert "Send it again" in page


def test_only_staff_see_and_settle(client: Client, doubt: Delivery) -> None:
    settle = reverse("delivery_settle", args=[doubt.pk])
    assert client.get(LIST).status_code == 302
    assert client.post(settle).status_code == 302
    client.force_login(User.objects.create_user("learner"))
    assert client.get(LIST).status_code == 403
    assert client.post(settle).status_code == 403
    doubt.refresh_from_db()
    assert doubt.state == "doubt"


@pytest.mark.parametrize(
    ("button", "state"), [("arrived", "sent"), ("again", "queued")]
)
def test_a_doubt_is_settled_by_a_button_and_the_sender_hears_of_it(
    staff: Client, doubt: Delivery, button: str, state: str
) -> None:
    response = staff.post(reverse("delivery_settle", args=[doubt.pk]), {button: ""})
    assert (response.status_code, response["Location"]) == (303, LIST)
    doubt.refresh_from_db()
    assert (doubt.state, doubt.error) == (state, "Settled by operator.")
    event = Event.objects.get(kind=EventKind.DELIVERY_SETTLED)
    assert event.hub == doubt.edition.hub
    assert event.data == {
        "week": "2026-W47",
        "shard": doubt.subscriber_id % settings.NEXUS_MAIL_SHARDS,
        "delivery": doubt.pk,
        "state": state,
    }


def test_what_is_not_in_doubt_is_left_alone(staff: Client, edition: Edition) -> None:
    sent = edition.deliveries.all()[0]
    edition.deliveries.filter(pk=sent.pk).update(state="sent")
    staff.post(reverse("delivery_settle", args=[sent.pk]), {"again": ""})
    sent.refresh_from_db()
    assert sent.state == "sent"
    assert not Event.objects.filter(kind=EventKind.DELIVERY_SETTLED).exists()


def test_a_get_settles_nothing(staff: Client, doubt: Delivery) -> None:
    settle = reverse("delivery_settle", args=[doubt.pk])
    assert staff.get(settle, {"again": ""}).status_code == 405


def panel(browser: Client, **query: str) -> str | None:
    response = browser.get(f"{LIST}panel/", query)
    return None if response.status_code == 204 else response.content.decode()


def test_the_page_is_live_while_mails_go_out(staff: Client, edition: Edition) -> None:
    edition.deliveries.update(due_at=edition.composed_at)
    shown = panel(staff)
    assert shown is not None
    assert "0 of 2 are done with" in shown
    fingerprint = shown.partition("shown=")[2].partition('"')[0]
    assert panel(staff, shown=fingerprint) is None
    edition.deliveries.update(state="sent")
    done = panel(staff, shown=fingerprint)
    assert done is not None
    assert "sent 2" in done
    assert "hx-get" not in done


def test_it_rests_until_the_readers_hours_have_come(
    staff: Client, edition: Edition
) -> None:
    edition.deliveries.update(due_at=datetime(2100, 1, 1, tzinfo=UTC))
    shown = panel(staff)
    assert shown is not None
    assert "hx-get" not in shown


def test_others_get_no_panel(client: Client, edition: Edition) -> None:
    assert client.get(f"{LIST}panel/").status_code == 302
