from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from notes.models import Delivery, Edition, Hub
from tests.notes.digests.weeks import make_edition, make_hub

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub() -> Hub:
    return make_hub()


@pytest.fixture
def edition(hub: Hub) -> Edition:
    return make_edition(hub, "ada@example.org", "grace@example.org")


@pytest.fixture
def staff() -> Client:
    browser = Client()
    browser.force_login(User.objects.create_user("operator", is_staff=True))
    return browser


def test_the_archive_lists_what_went_out(client: Client, edition: Edition) -> None:
    page = client.get(reverse("edition_list", args=["backend"])).content.decode()
    assert edition.get_absolute_url() in page
    assert "Week 47" in page
    assert "16 to 22 November 2026" in page
    assert "1 note by 1 person" in page


def test_an_archive_without_editions_says_when_the_first_comes(
    client: Client, hub: Hub
) -> None:
    page = client.get(reverse("edition_list", args=[hub.slug])).content.decode()
    assert "No digest has gone out yet" in page


def test_an_edition_is_shown_as_it_was_frozen(client: Client, edition: Edition) -> None:
    edition.hub.notes.all().delete()
    page = client.get(edition.get_absolute_url()).content.decode()
    assert "Some text." in page
    assert ".invalid" not in page


def test_only_staff_see_how_many_got_it(
    client: Client, staff: Client, edition: Edition
) -> None:
    edition.deliveries.filter(pk=edition.deliveries.all()[0].pk).update(
        state=Delivery.State.SENT
    )
    shown = staff.get(edition.get_absolute_url()).content.decode()
    assert ">queued</a></dt><dd>1</dd>" in shown
    assert ">sent</a></dt><dd>1</dd>" in shown
    hidden = client.get(edition.get_absolute_url()).content.decode()
    assert "Deliveries" not in hidden
    assert "example.org" not in hidden


@pytest.mark.parametrize("week", ["2026-W46", "nonsense"])
def test_a_week_without_an_edition_is_not_found(
    client: Client, edition: Edition, week: str
) -> None:
    path = reverse("edition_detail", args=["backend", week])
    assert client.get(path).status_code == 404
