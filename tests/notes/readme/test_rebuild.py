from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from notes import services
from notes.models import Event, EventKind, Hub, Note, Readme, Section
from notes.readme import publisher, rebuild
from notes.readme.objects import BranchMovedError
from notes.services import NoteText


def submit(hub: Hub, section: Section, author: User, title: str) -> Note:
    text = NoteText(section=section, title=title, body="text")
    return services.submit_note(hub=hub, author=author, text=text)


def published(hub: Hub) -> str:
    content = publisher.read_readme(rebuild.repository_of(hub))
    assert content is not None
    return content.decode()


def test_a_note_is_committed_in_its_authors_name(
    hub: Hub, section: Section, ada: User
) -> None:
    submit(hub, section, ada, "Celery")

    build = rebuild.build(hub, because_of=Event.objects.all())
    rebuild.record(build)

    [entry] = publisher.history(rebuild.repository_of(hub), limit=5)
    assert (entry.author.name, entry.author.email) == ("Ada", "ada@example.org")
    assert entry.subject == "Add “Celery” to Key Technologies"
    assert "- **Celery**: text\n" in published(hub)
    assert build.summary == f"README published in {entry.commit[:7]}"


def test_several_learners_share_a_commit(
    hub: Hub, section: Section, ada: User, django_user_model: type[User]
) -> None:
    submit(hub, section, ada, "Celery")
    submit(hub, section, django_user_model.objects.create_user("bob"), "Redis")

    rebuild.build(hub, because_of=Event.objects.all())

    [entry] = publisher.history(rebuild.repository_of(hub), limit=5)
    assert entry.subject == "Add 2 notes"
    assert [author.name for author in entry.co_authors] == ["bob"]


def test_the_same_bytes_make_no_second_commit(
    hub: Hub, section: Section, ada: User
) -> None:
    submit(hub, section, ada, "Celery")
    first = rebuild.build(hub, because_of=Event.objects.all())

    second = rebuild.build(hub, because_of=Event.objects.all())

    assert (second.commit, second.is_new_commit) == (first.commit, False)


def test_a_build_records_the_version_it_shows(
    hub: Hub, section: Section, ada: User
) -> None:
    note = submit(hub, section, ada, "Celery")
    build = rebuild.build(hub, because_of=Event.objects.all())
    later = submit(hub, section, ada, "Redis")

    rebuild.record(build)

    readme = Readme.objects.get(hub=hub)
    assert readme.shows(note.readme_version)
    assert not readme.shows(later.readme_version)
    assert Event.objects.filter(kind=EventKind.README_PUBLISHED).count() == 1


def test_a_late_build_does_not_count(hub: Hub, section: Section, ada: User) -> None:
    submit(hub, section, ada, "Celery")
    early = rebuild.build(hub, because_of=Event.objects.all())
    submit(hub, section, ada, "Redis")
    newest = rebuild.build(hub, because_of=Event.objects.all())
    rebuild.record(newest)

    rebuild.record(early)

    assert Readme.objects.get(hub=hub).commit == newest.commit


def test_a_build_that_another_one_overtook_is_refused_by_git(
    hub: Hub, section: Section, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(hub, section, ada, "Celery")
    events = Event.objects.all()
    placed = rebuild.assembly.place_notes

    def place_and_be_overtaken(hub: Hub) -> int:
        count = placed(hub)
        monkeypatch.setattr(rebuild.assembly, "place_notes", placed)
        rebuild.build(hub, because_of=events)
        return count

    monkeypatch.setattr(rebuild.assembly, "place_notes", place_and_be_overtaken)

    with pytest.raises(BranchMovedError):
        rebuild.build(hub, because_of=events)


def test_a_message_of_many_notes_is_cut_short(
    hub: Hub, section: Section, ada: User
) -> None:
    for number in range(25):
        submit(hub, section, ada, f"Note {number}")

    message = rebuild.message(list(Event.objects.order_by("id")))

    assert message.startswith("Add 25 notes\n\n- Add “Note 0” to Key Technologies\n")
    assert message.endswith("- and 5 more")
