"""The history of a README: its revisions, what each changed, and going back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from notes import services
from notes.models import Event, EventKind, Hub, Note
from notes.readme import publisher, rebuild
from notes.views import history

README = "# Hub\n\n## Key Technologies\n\n- **Celery**: runs tasks\n"
HISTORY = "/h/nexus/history/"


def publish(hub: Hub) -> str:
    """What the worker does with the events that no build has seen yet."""
    waiting = Event.objects.filter(hub=hub, dispatched_at=None)
    build = rebuild.build(hub, because_of=waiting)
    with transaction.atomic():
        rebuild.record(build)
        waiting.update(dispatched_at=timezone.now())
    return build.commit


def submit(hub: Hub, author, title: str) -> Note:
    section = hub.sections.get(title="Key Technologies")
    text = services.NoteText(section=section, title=title, body="<b>text</b>")
    return services.submit_note(hub=hub, author=author, text=text)


@pytest.fixture
def imported(hub: Hub, ada) -> str:
    services.import_readme(hub=hub, text=README, actor=ada)
    return publish(hub)


@pytest.fixture
def noted(hub: Hub, imported: str, grace) -> str:
    submit(hub, grace, "Redis")
    return publish(hub)


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_every_revision_tells_who_when_what_and_which_notes(client, hub, noted, ada):
    submit(hub, ada, "Valkey")
    submit(hub, hub.notes.get(title="Redis").author, "Kombu")
    third = publish(hub)
    html = page(client, HISTORY)
    assert html.index(third[:7]) < html.index(noted[:7])
    assert "Add 2 notes" in html
    assert "Ada, grace · " in html
    for note in hub.notes.filter(title__in=["Valkey", "Kombu", "Redis"]):
        assert f'<a href="{note.get_absolute_url()}">{note}</a>' in html


def test_the_history_is_shown_in_pages(client, hub, noted, imported, monkeypatch):
    monkeypatch.setattr(history, "PER_PAGE", 1)
    assert f"?after={noted}" in page(client, HISTORY)
    older = page(client, f"{HISTORY}?after={noted}")
    assert imported[:7] in older
    assert "Older" not in older
    assert client.get(f"{HISTORY}?after=--all").status_code == 404


def test_a_hub_without_a_readme_has_no_history_yet(client, hub):
    assert "Nothing is published yet" in page(client, HISTORY)


def test_a_revision_shows_the_lines_it_added_as_text(client, noted):
    html = page(client, f"{HISTORY}{noted}/")
    assert "<ins>- **Redis**: &lt;b&gt;text&lt;/b&gt;</ins>" in html
    assert "1 line added, 0 removed" in html
    assert "Add “Redis” to Key Technologies" in html


@pytest.mark.parametrize("commit", ["0" * 40, "main", "abcdef1"])
def test_what_is_no_revision_is_not_found(client, noted, commit):
    assert client.get(f"{HISTORY}{commit}/").status_code == 404


def test_a_withdrawn_note_is_named_but_leads_nowhere(client, hub, noted, grace):
    note = hub.notes.get(title="Redis")
    services.withdraw_note(note=note, editor=grace)
    html = page(client, f"{HISTORY}{noted}/")
    assert "About Redis" in html
    assert note.get_absolute_url() not in html


def test_the_newest_revision_cannot_be_restored(maintainer, noted, imported):
    assert "Restore" not in page(maintainer, f"{HISTORY}{noted}/")
    assert "Restore this README" in page(maintainer, f"{HISTORY}{imported}/")


def test_restoring_shows_beforehand_what_it_changes(maintainer, noted, imported):
    html = page(maintainer, f"{HISTORY}{imported}/restore/")
    assert "<del>- **Redis**: &lt;b&gt;text&lt;/b&gt;</del>" in html
    assert f'value="{noted}"' in html


def test_restoring_brings_the_old_bytes_back_and_loses_nothing(
    maintainer, hub, noted, imported
):
    celery = hub.notes.get(title="Celery").pk
    address = f"{HISTORY}{imported}/restore/"
    response = maintainer.post(address, {"head": noted}, follow=True)
    assert f"goes back to {imported[:7]}" in response.content.decode()
    newest = publish(hub)

    repository = rebuild.repository_of(hub)
    assert publisher.read_readme(repository, revision=newest) == README.encode()
    [entry, before, *_] = publisher.history(repository, limit=9)
    assert entry.subject == f"Restore the README of {imported[:7]}"
    assert before.commit == noted
    assert hub.notes.published().get(title="Celery").pk == celery
    assert hub.notes.get(title="Redis").body == "<b>text</b>"


def test_restoring_is_recorded_with_its_commit(maintainer, hub, ada, noted, imported):
    maintainer.post(f"{HISTORY}{imported}/restore/", {"head": noted})
    event = hub.events.filter(kind=EventKind.README_IMPORTED).last()
    assert (event.data["restored"], event.actor) == (imported, ada)


def test_restoring_waits_when_the_readme_changed_meanwhile(
    maintainer, hub, noted, imported, ada
):
    submit(hub, ada, "Valkey")
    publish(hub)
    response = maintainer.post(f"{HISTORY}{imported}/restore/", {"head": noted})
    assert response.status_code == 409
    html = response.content.decode()
    assert "has changed since this page was made" in html
    assert "Valkey" in html
    assert hub.notes.published().filter(title="Redis").exists()


def test_a_note_that_waits_for_its_rebuild_survives_the_restoring(
    maintainer, hub, noted, imported, ada
):
    submit(hub, ada, "Valkey")
    address = f"{HISTORY}{imported}/restore/"
    assert "Newer notes are on their way" in page(maintainer, address)
    maintainer.post(address, {"head": noted})
    publish(hub)
    content = publisher.read_readme(rebuild.repository_of(hub))
    assert b"Valkey" in content
    assert b"Redis" not in content


def test_a_revision_that_cannot_be_imported_says_why(maintainer, hub, imported):
    repository = rebuild.repository_of(hub)
    broken = publisher.commit_readme(
        repository,
        b"\xff\xfe",
        author=publisher.COMMITTER,
        message="Break it",
        when=timezone.now() + timedelta(seconds=1),
    )
    address = f"{HISTORY}{broken.commit}/restore/"
    response = maintainer.post(address, {"head": broken.commit})
    assert response.status_code == 409
    assert "not UTF-8" in response.content.decode()


def test_only_maintainers_restore(learner, hub, noted, imported):
    address = f"{HISTORY}{imported}/restore/"
    assert learner.post(address, {"head": noted}).status_code == 403
    assert learner.get(address).status_code == 403
    assert "Restore" not in page(learner, f"{HISTORY}{imported}/")


def test_somebody_without_a_login_is_asked_for_one(client, noted, imported):
    response = client.post(f"{HISTORY}{imported}/restore/", {"head": noted})
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/login/")
