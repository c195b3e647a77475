from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from notes import subscribing
from notes.digests import tokens
from notes.digests.schedule import Slot
from notes.models import Event, EventKind, Hub, Subscriber, Subscription
from tests.notes.digests.weeks import add_reader, make_hub

pytestmark = pytest.mark.django_db
CHOSEN = {"weekday": "0", "hour": "18", "time_zone": "UTC", "tags": ""}


@pytest.fixture
def hub() -> Hub:
    return make_hub()


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True)


def post_form(browser: Client, path: str, **fields: str | list[str]) -> object:
    """Press the button of the page at ``path`` as a browser does."""
    browser.get(path)
    token = browser.cookies["csrftoken"].value
    return browser.post(path, {"csrfmiddlewaretoken": token, **fields})


def questions() -> int:
    return Event.objects.filter(kind=EventKind.SUBSCRIPTION_REQUESTED).count()


def test_a_known_and_a_new_address_get_the_same_answer(
    hub: Hub, browser: Client
) -> None:
    add_reader(hub, "known@example.org")
    path = reverse("subscribe", args=[hub.slug])
    answers = [
        post_form(browser, path, email=email)
        for email in ("new@example.org", "known@example.org")
    ]
    first, second = ((answer.status_code, answer["Location"]) for answer in answers)
    assert first == second == (303, f"{path}?asked")
    assert "Look into your mailbox" in browser.get(f"{path}?asked").content.decode()
    assert questions() == 2


@pytest.mark.parametrize("typed", ["", "no address", "a@b"])
def test_what_is_no_address_is_refused_next_to_the_field(
    hub: Hub, browser: Client, typed: str
) -> None:
    response = post_form(browser, reverse("subscribe", args=[hub.slug]), email=typed)
    page = response.content.decode()
    assert response.status_code == 422
    assert f'value="{typed}"' in page or not typed
    assert 'class="errors"' in page
    assert not Subscription.objects.exists()


def test_a_form_from_another_site_subscribes_nobody(hub: Hub, browser: Client) -> None:
    path = reverse("subscribe", args=[hub.slug])
    assert browser.post(path, {"email": "ada@example.org"}).status_code == 403
    assert not Subscription.objects.exists()


def test_opening_the_link_confirms_nothing_and_its_button_does(
    hub: Hub, browser: Client
) -> None:
    subscription = subscribing.subscribe(email="ada@example.org", hub=hub)
    path = urlsplit(tokens.confirm_url(subscription)).path
    assert "One more click" in browser.get(path).content.decode()
    browser.head(path)
    subscription.refresh_from_db()
    assert not subscription.is_active
    assert post_form(browser, path).status_code == 303
    subscription.refresh_from_db()
    assert subscription.is_active
    assert "You have subscribed" in browser.get(path).content.decode()


def test_a_mail_program_unsubscribes_with_one_post_without_cookies(
    hub: Hub, browser: Client
) -> None:
    subscription = add_reader(hub)
    path = urlsplit(tokens.unsubscribe_url(subscription.subscriber)).path
    response = browser.post(
        path,
        "List-Unsubscribe=One-Click",
        content_type="application/x-www-form-urlencoded",
    )
    assert response.status_code == 200
    assert not Subscription.objects.active().exists()


def test_a_second_unsubscribe_is_no_error(hub: Hub, browser: Client) -> None:
    path = urlsplit(tokens.unsubscribe_url(add_reader(hub).subscriber)).path
    assert [browser.post(path).status_code for _ in range(2)] == [200, 200]


def test_a_scanner_that_opens_the_links_changes_nothing(
    hub: Hub, browser: Client
) -> None:
    subscription = add_reader(hub)
    path = urlsplit(tokens.unsubscribe_url(subscription.subscriber)).path
    page = browser.get(path)
    assert "Stop sending the weekly digest" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert browser.options(path).status_code == 405
    assert list(Subscription.objects.active()) == [subscription]


def test_a_reader_chooses_day_and_hour_without_an_account(
    hub: Hub, browser: Client
) -> None:
    subscription = add_reader(hub)
    path = urlsplit(tokens.preferences_url(subscription.subscriber)).path
    chosen = CHOSEN | {"hubs": hub.slug, "weekday": "4", "time_zone": "Europe/Berlin"}
    assert post_form(browser, path, **chosen).status_code == 303
    subscriber = Subscriber.objects.get()
    assert Slot.of(subscriber) == Slot(4, 18, "Europe/Berlin")
    page = browser.get(path).content.decode()
    assert "From now on: Friday at 18:00, Europe/Berlin." in page
    assert '<option value="4" selected>Friday</option>' in page


@pytest.mark.parametrize(
    "wrong", [{"weekday": "7"}, {"hour": "24"}, {"time_zone": "Mars/Olympus"}]
)
def test_a_day_or_hour_that_does_not_exist_is_refused(
    hub: Hub, browser: Client, wrong: dict[str, str]
) -> None:
    path = urlsplit(tokens.preferences_url(add_reader(hub).subscriber)).path
    chosen = CHOSEN | {"hubs": hub.slug} | wrong
    assert post_form(browser, path, **chosen).status_code == 422
    assert Subscriber.objects.get().hour == 7


def test_after_leaving_the_page_says_so(hub: Hub, browser: Client) -> None:
    path = urlsplit(tokens.unsubscribe_url(add_reader(hub).subscriber)).path
    assert "You have unsubscribed" in browser.post(path).content.decode()
    assert "You have unsubscribed" in browser.get(path).content.decode()


def test_a_link_that_has_been_used_up_says_what_to_do(
    hub: Hub, browser: Client
) -> None:
    subscription = subscribing.subscribe(email="ada@example.org", hub=hub)
    path = urlsplit(tokens.confirm_url(subscription)).path
    subscribing.confirm_subscription(subscription=subscription)
    subscribing.unsubscribe(subscription=subscription)
    response = browser.get(path)
    assert response.status_code == 410
    assert "Subscribe once more" in response.content.decode()


@pytest.mark.parametrize("name", ["confirm", "preferences", "unsubscribe"])
def test_a_made_up_link_is_not_found(browser: Client, name: str) -> None:
    response = browser.post(reverse(name, args=["1:made-up"]))
    assert response.status_code in {403, 404}
    response = browser.get(reverse(name, args=["1:made-up"]))
    assert response.status_code == 404
    assert "Copy it from the mail" in response.content.decode()


def follows(email: str = "reader@example.org") -> dict[str, list[str]]:
    """What an address has confirmed, with the tags."""
    found = Subscription.objects.active().filter(subscriber__email=email)
    return {one.subject: one.tags for one in found}


def test_several_hubs_with_tags_day_and_hour_are_asked_about_in_one_mail(
    hub: Hub, browser: Client
) -> None:
    other = make_hub("frontend", "Frontend hub")
    path = reverse("subscribe_choosing")
    chosen = CHOSEN | {"hubs": [hub.slug, other.slug], "tags": "Python, css"}
    response = post_form(browser, path, email="reader@example.org", **chosen)
    assert response["Location"] == f"{path}?asked"
    assert questions() == 1
    question = Event.objects.get(kind=EventKind.SUBSCRIPTION_REQUESTED).subscription
    link = urlsplit(tokens.confirm_url(question)).path
    assert "Backend hub and Frontend hub" in browser.get(link).content.decode()
    assert follows() == {}
    post_form(browser, link)
    tags = ["css", "python"]
    assert follows() == {"Backend hub": tags, "Frontend hub": tags}
    assert Slot.of(Subscriber.objects.get()) == Slot(0, 18, "UTC")


def test_all_hubs_are_one_choice(hub: Hub, browser: Client) -> None:
    path = reverse("subscribe_choosing")
    chosen = CHOSEN | {"all_hubs": "on", "hubs": hub.slug}
    post_form(browser, path, email="reader@example.org", **chosen)
    assert [one.subject for one in Subscription.objects.all()] == ["all hubs"]


def test_no_hub_is_refused_and_a_hub_may_be_proposed(hub: Hub, browser: Client) -> None:
    path = reverse("subscribe_choosing")
    response = post_form(browser, path, email="reader@example.org", **CHOSEN)
    assert response.status_code == 422
    assert "Choose a hub, or all of them." in response.content.decode()
    page = browser.get(path, {"hub": hub.slug}).content.decode()
    assert f'value="{hub.slug}" id="id_hubs_0" checked' in page


def test_a_stranger_who_types_an_address_changes_nothing_for_its_reader(
    hub: Hub, browser: Client
) -> None:
    add_reader(hub)
    path = reverse("subscribe_choosing")
    chosen = CHOSEN | {"hubs": hub.slug, "tags": "spam"}
    post_form(browser, path, email="READER@example.org", **chosen)
    assert follows() == {"Backend hub": []}
    assert Subscriber.objects.get().hour == 7


def test_a_reader_chooses_other_hubs_without_being_asked_again(
    hub: Hub, browser: Client
) -> None:
    path = urlsplit(tokens.preferences_url(add_reader(hub).subscriber)).path
    asked = questions()
    make_hub("frontend", "Frontend hub")
    post_form(browser, path, **CHOSEN, hubs="frontend")
    assert follows() == {"Frontend hub": []}
    post_form(browser, path, **CHOSEN | {"all_hubs": "on", "tags": "css"})
    assert follows() == {"all hubs": ["css"]}
    page = browser.get(path).content.decode()
    assert 'name="all_hubs" id="id_all_hubs" checked' in page
    assert 'value="css"' in page
    assert questions() == asked


def test_whoever_has_left_may_come_back_by_the_link_of_an_old_mail(
    hub: Hub, browser: Client
) -> None:
    subscription = add_reader(hub)
    subscribing.unsubscribe(subscription=subscription)
    path = urlsplit(tokens.preferences_url(subscription.subscriber)).path
    assert "You have unsubscribed" in browser.get(path).content.decode()
    assert follows() == {}
    post_form(browser, path, **CHOSEN, hubs=hub.slug)
    assert follows() == {"Backend hub": []}


def test_the_link_of_an_old_mail_lifts_no_suppression(
    hub: Hub, browser: Client
) -> None:
    subscriber = add_reader(hub).subscriber
    subscriber.refuse("550 5.1.1 No such user")
    path = urlsplit(tokens.preferences_url(subscriber)).path
    assert "Nothing comes to" in browser.get(path).content.decode()
    post_form(browser, path, **CHOSEN, hubs=hub.slug)
    assert follows() == {}


def test_an_account_is_led_to_the_preferences_of_its_confirmed_address(
    hub: Hub, client: Client
) -> None:
    client.force_login(User.objects.create_user("reader", "Reader@Example.org"))
    subscription = subscribing.subscribe(email="reader@example.org", hub=hub)
    path = reverse("my_digest")
    assert client.get(path)["Location"] == reverse("subscribe_choosing")
    subscribing.confirm_subscription(subscription=subscription)
    link = tokens.preferences_url(subscription.subscriber)
    assert client.get(path)["Location"] == urlsplit(link).path
    client.force_login(User.objects.create_user("other", "other@example.org"))
    assert client.get(path)["Location"] == reverse("subscribe_choosing")


def test_a_hub_tells_an_account_that_follows_it_when_its_digest_comes(
    hub: Hub, client: Client
) -> None:
    client.force_login(User.objects.create_user("reader", "reader@example.org"))
    page = client.get(hub.get_absolute_url()).content.decode()
    assert 'value="reader@example.org"' in page
    subscription = add_reader(hub)
    page = client.get(hub.get_absolute_url()).content.decode()
    assert "comes to reader@example.org on Monday at 7:00, UTC." in page
    subscribing.unsubscribe(subscription=subscription)
    page = client.get(hub.get_absolute_url()).content.decode()
    assert 'value="reader@example.org"' in page


def test_a_stranger_is_not_told_who_reads(hub: Hub, client: Client) -> None:
    add_reader(hub)
    client.force_login(User.objects.create_user("nosy"))
    page = client.get(hub.get_absolute_url()).content.decode()
    assert "reader@example.org" not in page
    assert "Subscribe</button>" in page
