"""The page on which a maintainer decides about hand edits."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from notes.models import Membership, PendingChange
from notes.readme import assembly
from tests.notes.publishing.conftest import README, build, pushed

PAGE = "/h/nexus/remote/edits/"


@pytest.fixture
def changes(remote, imported, far) -> list[PendingChange]:
    pushed(imported)
    by_hand = README.replace("caches", "<b>caches</b>") + "- **Valkey**: a fork\n"
    far.edit(by_hand.encode())
    pushed(imported)
    return list(PendingChange.objects.all())


def decide(client: Client, change: PendingChange, decision: str) -> str:
    address = f"{PAGE}{change.pk}/"
    response = client.post(address, {"decision": decision}, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def test_each_change_is_shown_with_its_difference_and_its_author(maintainer, changes):
    html = maintainer.get(PAGE).content.decode()
    assert "Changed note: Redis in Key Technologies" in html
    assert "<del>- **Redis**: caches</del>" in html
    assert "<ins>- **Redis**: &lt;b&gt;caches&lt;/b&gt;</ins>" in html
    assert "New note: Valkey" in html
    assert html.count("Person · 21 November 2026, 12:00 UTC") == 2


def test_the_remotes_page_leads_to_what_waits(maintainer, changes):
    html = maintainer.get("/h/nexus/remote/").content.decode()
    assert f'<a href="{PAGE}">2 hand edits wait for you.</a>' in html


def test_accepting_and_declining_lead_back_to_the_push(
    maintainer, changes, imported, far
):
    html = decide(maintainer, changes[0], "accept")
    assert "Taken over." in html
    assert "Redis" not in html
    html = decide(maintainer, changes[1], "decline")
    assert "Declined." in html
    assert "Pushed to " in html
    build(imported)
    pushed(imported)
    assert far.readme().decode() == README.replace("caches", "<b>caches</b>")


def test_a_change_that_fits_no_longer_stays_with_the_reason(
    maintainer, changes, imported
):
    imported.notes.filter(title="Redis").update(source="- **Redis**: ours\n")
    html = decide(maintainer, changes[0], "accept")
    assert "has changed here too" in html
    assert "Changed note: Redis" in html


def test_a_note_whose_neighbours_changed_is_placed_by_the_maintainer(
    maintainer, changes, imported
):
    redis, celery = (imported.notes.get(title=title) for title in ("Redis", "Celery"))
    redis.delete()
    html = maintainer.get(PAGE).content.decode()
    assert html.count("has no certain place any more") == 1
    assert f'<option value="after-{celery.pk}" selected>After Celery</option>' in html
    assert "At the end of Key Technologies" in html
    new = changes[1]
    answer = {"decision": "accept", "place": f"after-{celery.pk}"}
    html = maintainer.post(f"{PAGE}{new.pk}/", answer, follow=True).content.decode()
    assert "Taken over." in html
    assert assembly.text(imported).endswith(
        "- **Celery**: runs tasks\n- **Valkey**: a fork\n"
    )


def test_a_place_that_is_gone_is_chosen_anew(maintainer, changes, imported):
    answer = {"decision": "accept", "place": "after-999"}
    address = f"{PAGE}{changes[1].pk}/"
    html = maintainer.post(address, answer, follow=True).content.decode()
    assert "choose another one" in html
    assert PendingChange.objects.pending(imported).count() == 2


def test_a_second_click_changes_nothing_and_says_so(maintainer, changes):
    decide(maintainer, changes[0], "decline")
    html = decide(maintainer, changes[0], "accept")
    assert "Somebody else has decided" in html


def test_without_hand_edits_the_page_says_so(maintainer, remote):
    assert "No hand edit waits" in maintainer.get(PAGE).content.decode()


def test_another_hubs_changes_are_not_found(maintainer, changes):
    other = maintainer.post(f"/h/other/remote/edits/{changes[0].pk}/")
    assert other.status_code == 404


def test_a_learner_decides_nothing(client, changes, imported):
    grace = User.objects.create_user("grace")
    Membership.objects.create(hub=imported, user=grace)
    client.force_login(grace)
    assert client.get(PAGE).status_code == 403
    address = f"{PAGE}{changes[0].pk}/"
    assert client.post(address, {"decision": "accept"}).status_code == 403
    assert PendingChange.objects.pending(imported).count() == 2


def test_a_notes_page_says_that_the_push_waits_for_a_maintainer(client, changes):
    note = changes[0].note
    html = client.get(note.get_absolute_url()).content.decode()
    assert "README waits for a maintainer to look at hand edits" in html
    assert "README pushed" not in html


def test_every_page_of_the_hub_tells_its_maintainers_how_many_wait(maintainer, changes):
    tab = '<span class="count">2<span class="hidden"> hand edits wait'
    assert tab in maintainer.get("/h/nexus/").content.decode()
    maintainer.logout()
    assert tab not in maintainer.get("/h/nexus/").content.decode()
