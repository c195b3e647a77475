"""Submitting, reading, editing and withdrawing notes through the pages."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notes import services
from notes.models import Event, EventKind, Hub, Note, Section

NEW = "/h/nexus/notes/new/"


def typed(section: Section, **changes: str) -> dict[str, object]:
    return {"section": section.pk, "title": "Celery", "body": "Runs tasks.", **changes}


def test_a_submission_leads_to_the_page_of_the_note(learner, section, grace):
    response = learner.post(NEW, typed(section, tags="queues, celery"))
    note = Note.objects.get()
    assert response.status_code == 303
    assert response.url == f"/h/nexus/notes/{note.pk}/"
    assert (note.author, note.title, note.section) == (grace, "Celery", section)
    assert [tag.name for tag in note.tags.all()] == ["celery", "queues"]
    assert Event.objects.get(note=note).kind == EventKind.NOTE_SUBMITTED


def test_a_submission_costs_seven_queries_and_its_transaction(learner, section):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        learner.post(NEW, typed(section))
    statements = [query["sql"].split()[0] for query in queries]
    assert statements.count("SELECT") == 4
    assert statements.count("INSERT") == 2
    assert statements.count("UPDATE") == 1


def test_a_refused_note_keeps_what_was_typed(learner, section):
    response = learner.post(NEW, typed(section, title="", body="Long <b>work</b>"))
    html = response.content.decode()
    assert response.status_code == 422
    assert "Long &lt;b&gt;work&lt;/b&gt;" in html
    assert not Note.objects.exists()


def test_an_error_stands_beside_its_field_for_every_reader(learner, section):
    html = learner.post(NEW, typed(section, title="")).content.decode()
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'id="id_title_helptext"' in html
    assert 'id="id_title_error"' in html
    assert "<title>Error: Submit a note" in html


def test_the_form_opens_with_the_section_it_was_asked_for(learner, section):
    html = learner.get(f"{NEW}?section={section.pk}").content.decode()
    assert f'<option value="{section.pk}" selected' in html


def test_who_is_not_logged_in_is_asked_to(client, hub):
    response = client.get(NEW)
    assert response.status_code == 302
    assert response.url == f"/login/?next={NEW}"


def test_text_sent_after_the_login_expired_is_shown_back(client, section):
    response = client.post(NEW, typed(section, body="An hour of <work>"))
    assert response.status_code == 403
    assert "An hour of &lt;work&gt;" in response.content.decode()
    assert f"/login/?next={NEW}" in response.content.decode()


def test_text_sent_without_a_token_is_shown_back(grace, section):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(grace)
    response = strict.post(NEW, typed(section, body="An hour of <work>"))
    assert response.status_code == 403
    assert "An hour of &lt;work&gt;" in response.content.decode()
    assert not Note.objects.exists()


def test_a_password_sent_without_a_token_is_not_shown_back(db):
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/login/", {"username": "ada", "password": "hush-hush"})
    assert response.status_code == 403
    assert b"hush-hush" not in response.content


def test_a_stranger_may_not_submit_and_is_told_whom_to_ask(client, stranger, section):
    client.force_login(stranger)
    response = client.post(NEW, typed(section))
    assert response.status_code == 403
    assert "ask one of its maintainers" in response.content.decode()
    assert not Note.objects.exists()


def test_staff_may_submit_anywhere(client, operator, section):
    client.force_login(operator)
    assert client.post(NEW, typed(section)).status_code == 303


def test_anyone_may_read_a_note(client, note):
    response = client.get(note.get_absolute_url())
    assert "Runs <em>tasks</em>." in response.content.decode()
    assert b"Withdraw" not in response.content


def test_a_note_is_not_found_in_another_hub(client, note):
    services.create_hub(slug="other", title="Other")
    assert client.get(f"/h/other/notes/{note.pk}/").status_code == 404


def test_the_author_edits_a_note(learner, note, section):
    url = f"{note.get_absolute_url()}edit/"
    assert "Runs *tasks*." in learner.get(url).content.decode()
    response = learner.post(url, typed(section, body="Runs jobs."))
    note.refresh_from_db()
    assert response.status_code == 303
    assert note.body == "Runs jobs."
    assert note.events.last().kind == EventKind.NOTE_EDITED


def test_the_author_withdraws_a_note_after_being_asked(learner, note):
    url = f"{note.get_absolute_url()}withdraw/"
    assert learner.get(url).status_code == 200
    note.refresh_from_db()
    assert note.state == Note.State.PUBLISHED
    assert learner.post(url).status_code == 303
    note.refresh_from_db()
    assert note.state == Note.State.WITHDRAWN


def test_a_withdrawn_note_is_gone_for_others_and_kept_for_its_author(learner, note):
    services.withdraw_note(note=note, editor=note.author)
    kept = learner.get(note.get_absolute_url())
    assert "Runs <em>tasks</em>." in kept.content.decode()
    assert Client().get(note.get_absolute_url()).status_code == 404


def test_saving_a_withdrawn_note_publishes_it_again(learner, note, section):
    services.withdraw_note(note=note, editor=note.author)
    learner.post(f"{note.get_absolute_url()}edit/", typed(section))
    note.refresh_from_db()
    assert note.state == Note.State.PUBLISHED


@pytest.mark.parametrize("action", ["edit", "withdraw"])
def test_another_learner_may_not_change_a_note(client, note, hub, action):
    other = User.objects.create_user("other")
    hub.memberships.create(user=other)
    client.force_login(other)
    assert client.post(f"{note.get_absolute_url()}{action}/").status_code == 403


def test_an_author_who_left_the_hub_may_no_longer_change_the_note(learner, note, grace):
    grace.memberships.all().delete()
    assert learner.post(f"{note.get_absolute_url()}withdraw/").status_code == 403


def test_a_maintainer_may_change_an_imported_note(client, ada, hub, section):
    note = Note.objects.create(hub=hub, section=section, title="Old", body="Item")
    client.force_login(ada)
    assert client.get(f"{note.get_absolute_url()}edit/").status_code == 200


def test_a_learner_may_not_change_an_imported_note(learner, hub, section):
    note = Note.objects.create(hub=hub, section=section, title="Old", body="Item")
    assert learner.get(f"{note.get_absolute_url()}edit/").status_code == 403


@pytest.mark.parametrize("action", ["edit", "withdraw"])
def test_nothing_is_changed_by_looking(learner, note, action):
    before = Event.objects.count()
    learner.get(f"{note.get_absolute_url()}{action}/")
    assert Event.objects.count() == before


def test_markup_in_a_note_cannot_run(learner, hub, section):
    body = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    response = learner.post(NEW, typed(section, title="<i>t", body=body), follow=True)
    html = response.content.decode()
    assert "alert(1)" not in html.partition("<main")[2]
    assert "&lt;i&gt;t" in html


def test_every_page_has_the_strict_policy_and_no_script_in_line(learner, hub, note):
    for url in ("/", NEW, note.get_absolute_url()):
        response = learner.get(url)
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]
        html = response.content.decode()
        assert "<style" not in html
        assert "style=" not in html
        assert html.count("<script") == html.count('<script src="/static/')


def test_a_hub_that_does_not_exist_is_not_found(learner):
    assert learner.get("/h/nowhere/notes/new/").status_code == 404


def test_hub_is_untouched_by_unknown_methods(learner, hub: Hub):
    assert learner.delete(NEW).status_code == 405
