from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

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
        publisher.commit_readme(
            rebuild.repository_of(hub),
            b"a newer state",
            author=publisher.COMMITTER,
            message="Overtake",
            when=timezone.now(),
        )
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


def test_a_commit_remembers_its_notes(hub: Hub, section: Section, ada: User) -> None:
    note = submit(hub, section, ada, "Celery")

    build = rebuild.build(hub, because_of=Event.objects.all())
    rebuild.record(build)

    revision = hub.revisions.get(commit=build.commit)
    assert list(revision.notes.all()) == [note]


def test_a_commit_of_a_worker_that_was_killed_is_told_of_by_the_next(
    hub: Hub, section: Section, ada: User
) -> None:
    submit(hub, section, ada, "Celery")
    killed = rebuild.build(hub, because_of=Event.objects.all())

    rebuild.record(rebuild.build(hub, because_of=Event.objects.all()))

    event = Event.objects.get(kind=EventKind.README_PUBLISHED)
    assert event.data == {"commit": killed.commit}
    assert hub.revisions.get(commit=killed.commit).notes.count() == 1


def test_a_build_without_a_new_commit_publishes_nothing_anew(
    hub: Hub, section: Section, ada: User
) -> None:
    submit(hub, section, ada, "Celery")
    for _ in range(2):
        rebuild.record(rebuild.build(hub, because_of=Event.objects.all()))
        Readme.objects.request_rebuild(hub)

    assert Event.objects.filter(kind=EventKind.README_PUBLISHED).count() == 1


def test_a_restored_readme_is_named_by_its_commit(hub: Hub, ada: User) -> None:
    text = "# Hub\n\n## Section\n"
    services.import_readme(hub=hub, text=text, actor=ada, restored="3f2c1ab" + "0" * 33)
    message = rebuild.message(list(Event.objects.all()))
    assert message == "Restore the README of 3f2c1ab"
