"""Mail at a glance, as staff see it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from notes.digests import suppression
from notes.models import Delivery, Edition, Event, EventKind, Hub, Pause, Subscriber
from tests.notes.digests.weeks import make_edition, make_hub

pytestmark = pytest.mark.django_db
ADA, GRACE = "ada@example.org", "grace@example.org"
ROUTES = ["mail_overview", "suppression_list"]


@pytest.fixture
def hub() -> Hub:
    return make_hub()


@pytest.fixture
def edition(hub: Hub) -> Edition:
    return make_edition(hub, ADA, GRACE)


@pytest.fixture
def staff(operator: User) -> Client:
    browser = Client()
    browser.force_login(operator)
    return browser


def page(browser: Client, route: str, **query: str) -> str:
    return browser.get(reverse(route), query).content.decode()


@pytest.mark.parametrize("route", ROUTES)
def test_only_staff_see_it(client: Client, stranger: User, route: str) -> None:
    assert client.get(reverse(route)).status_code == 302
    client.force_login(stranger)
    assert client.get(reverse(route)).status_code == 403


def test_it_says_when_the_server_took_a_mail(staff: Client, edition: Edition) -> None:
    taken_at = datetime(2026, 11, 23, 7, 0, 42, tzinfo=UTC)
    grace = Delivery.objects.filter(subscriber__email=GRACE)
    grace.update(state="sent", sent_at=taken_at)
    shown = page(staff, "mail_overview", address="GRACE@", week="47")
    assert "The mail server took it on 23 November 2026, 07:00:42 UTC." in shown
    assert ADA not in shown
    assert "No digest was meant" in page(
        staff, "mail_overview", address="grace", week="2026-W46"
    )


def test_it_says_why_not(staff: Client, edition: Edition) -> None:
    Delivery.objects.update(state="failed", error="550 5.1.1 No such user")
    assert "550 5.1.1 No such user" in page(staff, "mail_overview", address=ADA)


def test_editions_are_shown_with_their_counts(staff: Client, edition: Edition) -> None:
    Delivery.objects.filter(subscriber__email=ADA).update(state="sent")
    assert "1 queued, 1 sent" in page(staff, "mail_overview")


def test_the_page_raises_the_alarm(staff: Client, edition: Edition) -> None:
    Hub.objects.update(created_at=timezone.now())  # it owes no week before this one
    assert "No digest is overdue" in page(staff, "mail_overview")
    Delivery.objects.update(due_at=datetime(2026, 11, 23, 7, tzinfo=UTC))
    shown = page(staff, "mail_overview")
    assert 'role="alert"' in shown
    assert "waits to be sent to 2 subscribers" in shown


def test_domains_that_take_nothing_for_now_are_named_with_their_answer(
    staff: Client, hub: Hub
) -> None:
    now = timezone.now()
    later, before = now + timedelta(hours=1), now - timedelta(hours=1)
    Pause.objects.create(
        domain="full.example", since=before, until=later, answer="452 4.3.1 Full"
    )
    Pause.objects.create(domain="well.example", since=before, until=before)
    shown = page(staff, "mail_overview")
    assert "full.example takes no mail for now" in shown
    assert "452 4.3.1 Full" in shown
    assert "well.example" not in shown


def test_suppressed_addresses_are_listed_with_their_reason_until_lifted(
    staff: Client, operator: User, edition: Edition
) -> None:
    ada = Subscriber.objects.get(email=ADA)
    suppression.suppress(subscriber=ada, reason="550 5.1.1 No such user")
    shown = page(staff, "suppression_list")
    assert ADA in shown
    assert "550 5.1.1 No such user" in shown
    assert GRACE not in shown
    assert ADA not in page(staff, "suppression_list", address="grace")
    staff.post(reverse("suppression_lift", args=[ada.pk]))
    assert "None at present" in page(staff, "suppression_list")
    assert Event.objects.get(kind=EventKind.SUPPRESSION_LIFTED).actor == operator


def test_a_look_lifts_nothing(staff: Client, edition: Edition) -> None:
    ada = Subscriber.objects.get(email=ADA)
    suppression.suppress(subscriber=ada, reason="550 5.1.1 No such user")
    assert staff.get(reverse("suppression_lift", args=[ada.pk])).status_code == 405
    ada.refresh_from_db()
    assert ada.refused_at
