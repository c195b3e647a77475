"""The list of hubs, a hub with its notes, and its members."""

from __future__ import annotations

import pytest

from notes import services
from notes.models import Hub, Membership, Note

MEMBERS = "/h/nexus/members/"


def test_the_first_page_lists_the_hubs_with_their_notes(client, note):
    services.create_hub(slug="other", title="Other <hub>")
    html = client.get("/").content.decode()
    assert '<a href="/h/nexus/">Nexus</a>' in html
    assert "1 note" in html
    assert "Other &lt;hub&gt;" in html


def test_the_first_page_answers_without_any_hub(client, db):
    assert "There is no hub yet" in client.get("/").content.decode()


def test_a_hub_shows_its_notes_under_their_sections(client, note):
    html = client.get("/h/nexus/").content.decode()
    section, shown = html.index("Key Technologies</h2>"), html.index("Runs <em>tasks")
    assert section < shown
    assert "Highlights" not in html


def test_a_member_sees_the_empty_sections_too(learner, note):
    html = learner.get("/h/nexus/").content.decode()
    assert "Highlights" in html
    assert 'href="/h/nexus/notes/new/"' in html


def test_a_withdrawn_note_leaves_the_page(client, note, grace):
    services.withdraw_note(note=note, editor=grace)
    assert "Runs <em>tasks" not in client.get("/h/nexus/").content.decode()


def test_a_title_taken_from_the_text_is_not_said_twice(client, hub, section):
    Note.objects.create(
        hub=hub,
        section=section,
        title="Use `.env` files for…",
        body="Use `.env` files for secrets",
    )
    html = client.get("/h/nexus/").content.decode()
    assert "Use <code>.env</code> files for secrets" in html
    assert "<h3>" not in html


def test_a_hub_of_many_notes_costs_as_many_queries_as_one_of_few(
    client, hub, section, grace, django_assert_max_num_queries
):
    for number in range(12):
        text = services.NoteText(section=section, title=f"n{number}", tags=("a", "b"))
        services.submit_note(hub=hub, author=grace, text=text)
    with django_assert_max_num_queries(8):
        client.get("/h/nexus/")


def test_an_empty_hub_invites_its_members(learner, hub):
    assert "Submit the first note" in learner.get("/h/nexus/").content.decode()


def test_an_unknown_hub_is_not_found(client, db):
    response = client.get("/h/nowhere/")
    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


def test_a_maintainer_adds_a_member(client, ada, hub, stranger):
    client.force_login(ada)
    response = client.post(MEMBERS, {"username": "stranger", "role": "learner"})
    assert (response.status_code, response.url) == (303, MEMBERS)
    assert hub.memberships.get(user=stranger).role == Membership.Role.LEARNER


def test_adding_a_member_again_changes_the_role(client, ada, hub, grace):
    client.force_login(ada)
    client.post(MEMBERS, {"username": "grace", "role": "maintainer"})
    assert hub.memberships.get(user=grace).role == Membership.Role.MAINTAINER


def test_a_name_that_nobody_has_stands_beside_the_field(client, ada, hub):
    client.force_login(ada)
    response = client.post(MEMBERS, {"username": "nobody", "role": "learner"})
    assert "Nobody is called “nobody” here" in response.content.decode()


def test_a_maintainer_removes_a_member(client, ada, hub, grace):
    client.force_login(ada)
    member = hub.memberships.get(user=grace)
    url = f"{MEMBERS}{member.pk}/remove/"
    assert client.get(url).status_code == 405
    assert client.post(url).status_code == 303
    assert not hub.memberships.filter(user=grace).exists()


def test_a_member_of_another_hub_cannot_be_removed_from_here(client, ada, hub, grace):
    other = services.create_hub(slug="other", title="Other", maintainer=grace)
    member = other.memberships.get(user=grace)
    client.force_login(ada)
    assert client.post(f"{MEMBERS}{member.pk}/remove/").status_code == 404


@pytest.mark.parametrize("url", [MEMBERS, "/h/nexus/import/"])
def test_the_maintainers_pages_are_closed_to_learners_and_ask_others_to_log_in(
    client, hub: Hub, grace, url
):
    assert client.get(url).url == f"/login/?next={url}"
    client.force_login(grace)
    response = client.get(url)
    assert response.status_code == 403
    assert "Only the maintainers of “Nexus” may do this." in response.content.decode()
