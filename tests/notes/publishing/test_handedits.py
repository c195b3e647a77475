"""What people edit by hand on the remote: kept, looked at, taken over or declined."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from notes import services
from notes.models import EventKind, HandEdit, Note, PendingChange
from notes.publishing.push import NotRebuiltError
from notes.publishing.services import (
    AlreadyDecidedError,
    NoteOnItsWayError,
    NothingToAcceptError,
    accept_change,
    decline_change,
    set_remote,
)
from notes.readme import publisher, rebuild
from notes.readme.changes import ChangeClashError
from tests.notes.publishing.conftest import README, build, choice, pushed, submit
from tests.notes.readme.repositories import PERSON

BY_HAND = README.replace("caches", "caches and brokers") + "- **Valkey**: a fork\n"


@pytest.fixture
def changes(edited) -> list[PendingChange]:
    assert pushed(edited) == "waits for 2 hand edits to be looked at"
    return list(PendingChange.objects.select_related("hand_edit__hub", "note"))


@pytest.fixture
def edited(remote, imported, far, ada):
    """A hub whose pushed README was edited there, and which has a newer note."""
    pushed(imported)
    far.edit(BY_HAND.encode())
    submit(imported, ada, "Kombu")
    build(imported)
    return imported


def ours(hub) -> str:
    return publisher.read_readme(rebuild.repository_of(hub)).decode()


def test_a_hand_edit_becomes_changes_that_wait(edited, changes):
    changed, new = changes
    assert (changed.kind, changed.title) == ("changed", "Redis")
    assert changed.note == edited.notes.get(title="Redis")
    assert (new.kind, new.title, new.section) == ("new", "Valkey", "Key Technologies")
    row = HandEdit.objects.get()
    assert (row.author_name, row.author_email) == (PERSON.name, PERSON.email)
    assert row.theirs == BY_HAND
    event = edited.events.get(kind=EventKind.HANDEDIT_NOTICED)
    assert event.data["changes"] == 2


def test_nothing_is_pushed_while_they_wait(edited, changes, far, ada):
    submit(edited, ada, "Granian")
    build(edited)
    assert pushed(edited) == "waits for 2 hand edits to be looked at"
    assert far.readme().decode() == BY_HAND
    assert HandEdit.objects.count() == 1


def test_accepted_changes_are_taken_as_they_were_written(edited, changes, far, ada):
    redis = edited.notes.get(title="Redis")
    for change in changes:
        accept_change(change=change, actor=ada)
    build(edited)
    assert pushed(edited).startswith("pushed ")
    text = far.readme().decode()
    assert text == ours(edited)
    assert "- **Redis**: caches and brokers\n" in text
    assert "- **Valkey**: a fork\n" in text
    assert "- **Kombu**: new\n" in text
    redis.refresh_from_db()
    assert (redis.body, redis.state) == ("caches and brokers", Note.State.PUBLISHED)


def test_an_accepted_new_note_is_a_submission_like_any_other(edited, changes, ada):
    accept_change(change=changes[1], actor=ada)
    note = edited.notes.get(title="Valkey")
    assert note.submitted_at is not None
    assert note.events.get().kind == EventKind.NOTE_SUBMITTED


def test_the_commit_is_in_the_name_of_who_wrote_it(edited, changes, ada):
    accept_change(change=changes[0], actor=ada)
    build(edited)
    [entry, *_] = publisher.history(rebuild.repository_of(edited), limit=5)
    assert entry.author == PERSON
    assert entry.subject == "Edit “Redis” in Key Technologies"


def test_somebody_with_an_account_here_is_the_author(edited, changes, ada):
    person = User.objects.create_user("person", "PERSON@example.org")
    accept_change(change=changes[1], actor=ada)
    note = edited.notes.get(title="Valkey")
    assert (note.author, note.events.get().actor) == (person, person)
    assert "written_by" not in note.events.get().data


def test_the_push_waits_until_the_accepted_is_in_the_readme(edited, changes, ada, far):
    for change in changes:
        accept_change(change=change, actor=ada)
    with pytest.raises(NotRebuiltError):
        pushed(edited)
    assert far.readme().decode() == BY_HAND


def test_declined_text_stays_in_its_row_and_leaves_the_remote(
    edited, changes, ada, far
):
    for change in changes:
        decline_change(change=change, actor=ada)
    assert pushed(edited).startswith("pushed ")
    assert far.readme().decode() == ours(edited)
    row = PendingChange.objects.get(title="Valkey")
    assert (row.state, row.after) == ("declined", "- **Valkey**: a fork\n")
    assert row.decided_by == ada


def test_the_last_decision_sends_the_push_on_its_way(edited, changes, ada):
    settled = edited.events.filter(kind=EventKind.HANDEDIT_SETTLED)
    accept_change(change=changes[0], actor=ada)
    assert not settled.exists()
    decline_change(change=changes[1], actor=ada)
    assert settled.get().data == {"commit": changes[0].hand_edit.commit}


def test_nobody_decides_twice(edited, changes, ada):
    decline_change(change=changes[0], actor=ada)
    with pytest.raises(AlreadyDecidedError):
        accept_change(change=changes[0], actor=ada)
    assert "brokers" not in edited.notes.get(title="Redis").body


def test_a_note_that_was_edited_here_too_is_left_to_people(edited, changes, ada):
    redis = edited.notes.get(title="Redis")
    text = services.NoteText(section=redis.section, title="Redis", body="ours")
    services.edit_note(note=redis, editor=ada, text=text)
    changes[0].refresh_from_db()
    with pytest.raises(NoteOnItsWayError):
        accept_change(change=changes[0], actor=ada)
    build(edited)
    changes[0].refresh_from_db()
    with pytest.raises(ChangeClashError):
        accept_change(change=changes[0], actor=ada)
    changes[0].refresh_from_db()
    assert changes[0].state == "pending"
    assert edited.notes.get(title="Redis").body == "ours"


def test_a_removed_note_is_withdrawn_when_that_is_accepted(remote, imported, far, ada):
    pushed(imported)
    far.edit(README.replace("- **Redis**: caches\n", "").encode())
    assert pushed(imported) == "waits for 1 hand edit to be looked at"
    accept_change(change=PendingChange.objects.get(), actor=ada)
    redis = imported.notes.get(title="Redis")
    assert (redis.state, redis.body) == (Note.State.WITHDRAWN, "caches")
    assert redis.events.last().kind == EventKind.NOTE_WITHDRAWN


def test_free_text_is_taken_over_too(remote, imported, far, ada):
    pushed(imported)
    theirs = README.replace("# Hub\n", "# Hub\n\nWritten by all of us.\n")
    far.edit(theirs.encode())
    pushed(imported)
    change = PendingChange.objects.get()
    assert change.kind == "text"
    accept_change(change=change, actor=ada)
    build(imported)
    assert ours(imported) == theirs
    [entry, *_] = publisher.history(rebuild.repository_of(imported), limit=1)
    assert entry.subject.startswith("Take over what was edited by hand in ")
    assert pushed(imported).endswith("has this README already")


def test_a_second_hand_edit_holds_only_what_is_new_in_it(edited, changes, far, ada):
    accept_change(change=changes[0], actor=ada)
    decline_change(change=changes[1], actor=ada)
    build(edited)
    far.edit(BY_HAND.replace("runs tasks", "runs jobs").encode())
    assert pushed(edited) == "waits for 1 hand edit to be looked at"
    change = PendingChange.objects.get(state="pending")
    assert change.title == "Celery"
    accept_change(change=change, actor=ada)
    build(edited)
    assert pushed(edited).startswith("pushed ")
    text = far.readme().decode()
    assert "runs jobs" in text
    assert "brokers" in text
    assert "Valkey" not in text
    assert not HandEdit.objects.open().exists()


def test_a_readme_that_was_never_ours_is_one_change(imported, far, ada):
    far.edit(b"# Theirs\n\n## Section\n\n- precious\n")
    set_remote(hub=imported, choice=choice(far.url), actor=ada)
    assert pushed(imported) == "waits for 1 hand edit to be looked at"
    change = PendingChange.objects.get()
    assert change.kind == "whole"
    accept_change(change=change, actor=ada)
    build(imported)
    assert ours(imported) == "# Theirs\n\n## Section\n\n- precious\n"


def test_a_readme_that_was_removed_there_cannot_be_accepted(remote, imported, far, ada):
    pushed(imported)
    tree = far.run("hash-object", "-t", "tree", "-w", "/dev/null")
    name = ("-c", "user.name=P", "-c", "user.email=p@example.org")
    gone = far.run(*name, "commit-tree", tree, "-p", "main", "-m", "Remove")
    far.run("update-ref", "refs/heads/main", gone)
    pushed(imported)
    change = PendingChange.objects.get()
    with pytest.raises(NothingToAcceptError):
        accept_change(change=change, actor=ada)
    decline_change(change=change, actor=ada)
    pushed(imported)
    assert far.readme() == README.encode()


def test_pushing_elsewhere_forgets_what_waited_but_not_its_text(
    edited, changes, far, ada
):
    set_remote(hub=edited, choice=choice(far.url, path="docs/hub.md"), actor=ada)
    assert pushed(edited).startswith("pushed ")
    assert PendingChange.objects.get(title="Valkey").after == "- **Valkey**: a fork\n"
