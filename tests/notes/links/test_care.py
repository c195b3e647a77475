from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from notes import services
from notes.links import care
from notes.links.overrules import attach, count_as_shown
from notes.models import Event, EventKind, Hub, Link, Overrule, Section
from notes.services import NoteText


@pytest.fixture
def link(hub: Hub, section: Section, ada: User) -> Link:
    link = Link.objects.create(url="https://a.example/", verdict="dead")
    hold(hub, section, ada, link)
    return link


def hold(hub: Hub, section: Section, author: User, link: Link) -> None:
    text = NoteText(section=section, title="Links", body=link.url)
    note = services.submit_note(hub=hub, author=author, text=text)
    note.note_links.create(link=link, url=link.url)


def shown(hub: Hub) -> dict[str, int]:
    return count_as_shown(Link.objects.in_hub(hub), hub)


def kinds() -> list[str]:
    events = Event.objects.filter(kind__startswith="link.").order_by("id")
    return [event.kind for event in events]


def test_what_somebody_vouches_for_is_shown_as_fine(
    hub: Hub, link: Link, ada: User
) -> None:
    assert care.overrule(hub=hub, link=link, person=ada, reason="I saw it.")

    attach([link], hub)
    assert link.shown_verdict == "alive"
    assert link.verdict == "dead"
    assert shown(hub) == {"alive": 1}
    assert not Link.objects.broken().not_overruled_in(hub).exists()
    assert Event.objects.get(kind=EventKind.LINK_OVERRULED).data == {
        "link": link.pk,
        "reason": "I saw it.",
    }


def test_a_second_person_who_says_the_same_changes_nothing(
    hub: Hub, link: Link, ada: User
) -> None:
    care.overrule(hub=hub, link=link, person=ada, reason="I saw it.")
    assert not care.overrule(hub=hub, link=link, person=ada, reason="Me too.")
    assert Overrule.objects.get().reason == "I saw it."
    assert kinds() == ["link.overruled"]


def test_withdrawn_it_stays_as_history_and_the_checks_speak_again(
    hub: Hub, link: Link, ada: User
) -> None:
    care.overrule(hub=hub, link=link, person=ada, reason="I saw it.")
    assert care.withdraw_overrule(hub=hub, link=link, person=ada)
    assert not care.withdraw_overrule(hub=hub, link=link, person=ada)

    attach([link], hub)
    assert link.shown_verdict == "dead"
    assert shown(hub) == {"dead": 1}
    assert Overrule.objects.get().withdrawn_by == ada
    assert kinds() == ["link.overruled", "link.overrule_withdrawn"]
    assert care.overrule(hub=hub, link=link, person=ada, reason="Once more.")


def test_it_holds_in_its_own_hub_alone(hub: Hub, link: Link, ada: User) -> None:
    other = services.create_hub(slug="other", title="Other", maintainer=ada)
    hold(other, other.sections.get(title="Key Technologies"), ada, link)
    care.overrule(hub=other, link=link, person=ada, reason="I saw it.")

    assert shown(hub) == {"dead": 1}
    assert list(Link.objects.broken().not_overruled_in(hub)) == [link]
