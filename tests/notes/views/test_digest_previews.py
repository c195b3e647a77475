from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from notes.digests.schedule import Week
from notes.models import Event, EventKind, Hub, Membership
from tests.notes.digests.weeks import WEEK, add_note, make_edition, make_hub

pytestmark = pytest.mark.django_db
MAINTAINER = "maintainer@example.org"


@pytest.fixture
def hub() -> Hub:
    return make_hub()


@pytest.fixture
def maintainer(hub: Hub) -> Client:
    user = User.objects.create_user("maintainer", MAINTAINER)
    Membership.objects.create(hub=hub, user=user, role=Membership.Role.MAINTAINER)
    browser = Client()
    browser.force_login(user)
    return browser


def press(browser: Client, week: object) -> str:
    path = reverse("edition_test", args=["backend", str(week)])
    return browser.post(path, follow=True).content.decode()


def look(browser: Client) -> str:
    path = reverse("edition_preview", args=["backend"])
    return browser.get(path).content.decode()


def asked() -> list[Event]:
    return list(Event.objects.filter(kind=EventKind.DIGEST_TEST_REQUESTED))


def test_this_week_is_shown_as_it_would_be_now(maintainer: Client, hub: Hub) -> None:
    assert "Nothing has been written in this week yet" in look(maintainer)
    add_note(hub, "Fresh", at=timezone.now(), body="Written *today*.")
    shown = look(maintainer)
    assert "Written <em>today</em>." in shown
    assert "1 note" in shown
    assert not hub.editions.exists()


def test_only_maintainers_see_it_and_have_it_sent(
    client: Client, stranger: User, hub: Hub
) -> None:
    path = reverse("edition_preview", args=["backend"])
    assert client.get(path).status_code == 302
    client.force_login(stranger)
    assert client.get(path).status_code == 403
    test = reverse("edition_test", args=["backend", str(WEEK)])
    assert client.post(test).status_code == 403
    assert asked() == []


def test_a_test_goes_to_whoever_asks_for_it(maintainer: Client, hub: Hub) -> None:
    assert f"A test is on its way to {MAINTAINER}." in press(maintainer, WEEK)
    (event,) = asked()
    assert (event.hub, event.data) == (hub, {"week": str(WEEK)})
    assert event.actor is not None
    assert event.actor.email == MAINTAINER


def test_whoever_presses_twice_gets_one(maintainer: Client, hub: Hub) -> None:
    press(maintainer, WEEK)
    assert "less than a minute ago" in press(maintainer, Week.of(timezone.now()))
    assert len(asked()) == 1


def test_without_an_address_there_is_nowhere_to_send_it(
    maintainer: Client, hub: Hub
) -> None:
    User.objects.filter(username="maintainer").update(email="")
    assert "Your account has no mail address" in press(maintainer, WEEK)
    assert asked() == []


def test_a_look_sends_nothing(maintainer: Client, hub: Hub) -> None:
    make_edition(hub)
    path = reverse("edition_test", args=["backend", str(WEEK)])
    assert maintainer.get(path).status_code == 405
    assert (
        "Send me a test"
        in maintainer.get(
            reverse("edition_detail", args=["backend", str(WEEK)])
        ).content.decode()
    )


def test_there_is_no_test_of_what_is_no_week(maintainer: Client, hub: Hub) -> None:
    path = reverse("edition_test", args=["backend", "nonsense"])
    assert maintainer.post(path).status_code == 404
