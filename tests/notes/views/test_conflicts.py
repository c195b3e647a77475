"""Two people edit the same note: neither loses a word."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from notes import services, structure
from notes.models import EventKind, Note


@pytest.fixture
def edit(note: Note) -> str:
    return f"{note.get_absolute_url()}edit/"


@pytest.fixture
def others_text(note: Note, ada) -> str:
    body = "Written by <ada>."
    text = services.NoteText(section=note.section, title=note.title, body=body)
    services.edit_note(note=note, editor=ada, text=text)
    return body


def seen_in(html: str) -> str:
    found = re.search('name="seen" value="([^"]+)"', html)
    assert found
    return found[1]


def typed(note: Note, seen: str) -> dict[str, object]:
    return {
        "section": note.section_id,
        "title": "Mine",
        "body": "My hour",
        "seen": seen,
    }


def opened(client: Client, edit: str) -> str:
    return seen_in(client.get(edit).content.decode())


def test_who_saves_later_sees_both_texts(learner, note, edit, ada):
    seen = opened(learner, edit)
    text = services.NoteText(section=note.section, title="Celery", body="By <ada>.")
    services.edit_note(note=note, editor=ada, text=text)
    response = learner.post(edit, typed(note, seen))
    html = response.content.decode()
    assert response.status_code == 409
    assert "ada changed this note while you wrote" in html
    assert "By &lt;ada&gt;." in html
    assert "My hour</textarea>" in html
    note.refresh_from_db()
    assert note.body == "By <ada>."


def test_saving_again_after_having_seen_both_saves(learner, note, edit, others_text):
    response = learner.post(edit, typed(note, "0" * 16))
    again = typed(note, seen_in(response.content.decode()))
    assert learner.post(edit, again).status_code == 303
    note.refresh_from_db()
    assert note.body == "My hour"
    edits = note.events.filter(kind=EventKind.NOTE_EDITED)
    assert edits.count() == 2


def test_a_note_that_only_changed_places_with_another_is_saved(
    learner, note, edit, ada
):
    text = services.NoteText(section=note.section, title="Another")
    services.submit_note(hub=note.hub, author=ada, text=text)
    seen = opened(learner, edit)
    assert structure.shift_note(note=note, editor=ada, by=1)
    assert learner.post(edit, typed(note, seen)).status_code == 303


def test_a_note_is_not_moved_back_without_asking(learner, note, edit, ada, hub):
    seen = opened(learner, edit)
    to = hub.sections.get(title="Best Practices")
    structure.move_note(note=note, editor=ada, to=to)
    response = learner.post(edit, typed(note, seen))
    assert response.status_code == 409
    assert "in Best Practices" in response.content.decode()


def test_a_form_that_came_back_still_knows_what_it_began_with(
    learner, note, edit, others_text
):
    response = learner.post(edit, typed(note, "0" * 16) | {"title": ""})
    assert seen_in(response.content.decode()) == "0" * 16
    response = learner.post(f"{edit}preview/", typed(note, "0" * 16))
    assert seen_in(response.content.decode()) == "0" * 16


def test_a_script_without_the_field_saves_as_before(learner, note, edit, section):
    data = {"section": section.pk, "title": "Mine", "body": "My hour"}
    assert learner.post(edit, data).status_code == 303
