"""A moved link replaced by one click: shown first, an ordinary edit then."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from notes import services
from notes.models import ArchivedCopy, Event, EventKind, Link, NoteLink, Overrule

COPY = "https://web.archive.example/web/20240301000000/https://old.example/a"
OLD, NEW = "https://old.example/a", "https://new.example/b"


@pytest.fixture
def dead(item) -> NoteLink:
    """The same link, dead, with a copy in the archive."""
    Link.objects.update(verdict="dead", reason="Answered 404.", final_url=OLD)
    moment = datetime(2024, 3, 1, tzinfo=UTC)
    link = Link.objects.get()
    ArchivedCopy.objects.create(link=link, url=COPY, taken_at=moment, asked_at=moment)
    return item


@pytest.fixture
def item(note, grace) -> NoteLink:
    text = services.NoteText(
        section=note.section, title="Celery", body=f"[A]({OLD}) `{OLD}`", tags=("q",)
    )
    services.edit_note(note=note, editor=grace, text=text)
    link = Link.objects.create(url=OLD, verdict="moved", final_url=NEW)
    return note.note_links.create(link=link, url=OLD)


def address(item: NoteLink) -> str:
    return f"{item.note.get_absolute_url()}links/{item.pk}/mend/"


def shown(item: NoteLink) -> dict[str, str]:
    item.note.refresh_from_db()
    return {"new": NEW, "seen": item.note.fingerprint}


def body(item: NoteLink) -> str:
    item.note.refresh_from_db()
    return item.note.body


def edits() -> int:
    return Event.objects.filter(kind=EventKind.NOTE_EDITED).count()


def test_who_may_edit_is_offered_the_new_address(learner, item):
    page = learner.get(item.note.get_absolute_url()).content.decode()
    assert address(item) in page


def test_others_are_not(client, item, stranger):
    assert (
        address(item) not in client.get(item.note.get_absolute_url()).content.decode()
    )
    client.force_login(stranger)
    assert client.get(address(item)).status_code == 403
    assert client.post(address(item), shown(item)).status_code == 403
    assert OLD in body(item)


def test_what_changes_is_shown_first_and_nothing_is_saved(learner, item):
    page = learner.get(address(item)).content.decode()
    assert f"[A]({OLD}) `{OLD}`</del>" in page
    assert f"[A]({NEW}) `{OLD}`</ins>" in page
    assert body(item) == f"[A]({OLD}) `{OLD}`"


def test_one_click_replaces_the_link_by_an_ordinary_edit(learner, item, grace):
    before = edits()
    answer = learner.post(address(item), shown(item))
    assert (answer.status_code, answer.url) == (303, item.note.get_absolute_url())
    assert body(item) == f"[A]({NEW}) `{OLD}`"
    assert [tag.name for tag in item.note.tags.all()] == ["q"]
    assert edits() == before + 1


def test_a_note_that_changed_meanwhile_is_looked_at_again(learner, item, grace):
    sent = shown(item)
    text = services.NoteText(section=item.note.section, title="T", body=f"New. {OLD}")
    services.edit_note(note=item.note, editor=grace, text=text)
    answer = learner.post(address(item), sent)
    assert answer.url == address(item)
    assert body(item) == f"New. {OLD}"


def test_a_target_that_changed_meanwhile_is_shown_before_it_is_saved(learner, item):
    answer = learner.post(address(item), {**shown(item), "new": "https://x.example/"})
    assert answer.status_code == 200
    assert OLD in body(item)


@pytest.mark.parametrize(
    "fields",
    [
        {"verdict": "redirected"},
        {"final_url": "javascript:alert(1)"},
        {"final_url": ""},
    ],
)
def test_only_what_moved_for_good_is_replaced(learner, item, fields):
    Link.objects.update(**fields)
    answer = learner.post(
        address(item), {**shown(item), "new": fields.get("final_url", NEW)}
    )
    assert answer.url == item.note.get_absolute_url()
    assert OLD in body(item)


def test_a_withdrawn_note_is_not_published_again_by_it(learner, item, grace):
    services.withdraw_note(note=item.note, editor=grace)
    assert learner.post(address(item), shown(item)).status_code == 404


def test_a_dead_link_is_replaced_by_its_archived_copy(learner, dead):
    page = learner.get(dead.note.get_absolute_url()).content.decode()
    assert "by its archived copy of 1 March 2024" in page
    page = learner.get(address(dead)).content.decode()
    assert f"[A]({COPY}) `{OLD}`</ins>" in page
    answer = learner.post(address(dead), {**shown(dead), "new": COPY})
    assert (answer.status_code, answer.url) == (303, dead.note.get_absolute_url())
    assert body(dead) == f"[A]({COPY}) `{OLD}`"


def test_a_link_that_works_all_the_same_is_not_offered_a_copy(learner, dead, grace):
    Overrule.objects.create(
        hub=dead.note.hub, link=dead.link, person=grace, reason="It works."
    )
    page = learner.get(dead.note.get_absolute_url()).content.decode()
    assert address(dead) not in page


def test_a_link_without_a_copy_is_not_replaced(learner, dead):
    ArchivedCopy.objects.update(url="")
    assert learner.get(address(dead)).url == dead.note.get_absolute_url()
