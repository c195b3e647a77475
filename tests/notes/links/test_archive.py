"""Copies of dead links come from an archive that is asked, and asked politely."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from notes import services
from notes.links import archive, record
from notes.links.check import Result
from notes.links.keep import keep
from notes.links.verdicts import Verdict
from notes.models import Event, EventKind, Hub, Link, Note, Section
from tests.notes.links.archive import COPY, GONE, StandIn, closest


@pytest.fixture
def stand_in(settings: Settings) -> Iterator[StandIn]:
    archive = StandIn()
    archive.answers[GONE] = closest()
    settings.NEXUS_LINKS_ALLOW_NETWORKS = (ip_network("127.0.0.0/8"),)
    settings.NEXUS_LINKS_ARCHIVE_URL = archive.address
    yield archive
    archive.close()


@pytest.fixture
def note(hub: Hub, section: Section, ada: User) -> Note:
    text = services.NoteText(section=section, title="Links", body=f"[x]({GONE})")
    return services.submit_note(hub=hub, author=ada, text=text)


def see(note: Note, verdict: Verdict = Verdict.DEAD, url: str = GONE) -> None:
    with transaction.atomic():
        record.take_down([note])
        keep([Result(url, verdict, "Seen.")])
        record.record_note(note)


def ask(hub: Hub) -> str:
    found = archive.look_for_copies(hub)
    with transaction.atomic():
        return archive.record_copies(hub, found)


def calls() -> int:
    return Event.objects.filter(kind=EventKind.LINKS_DIED).count()


def test_a_dead_link_gets_its_newest_copy(note: Note, stand_in: StandIn) -> None:
    see(note)
    assert calls() == 1
    assert ask(note.hub) == "the archive has 1 of 1 dead pages"
    assert stand_in.asked == [f"/wayback/available {GONE}"]
    link = Link.objects.get()
    assert link.replacement == COPY
    assert link.copy is not None
    assert f"{link.copy.taken_at:%Y-%m-%d %H:%M}" == "2024-03-01 12:00"


def test_it_is_asked_once_for_each_look(note: Note, stand_in: StandIn) -> None:
    stand_in.answers.clear()
    see(note)
    assert ask(note.hub) == "the archive has 0 of 1 dead pages"
    ask(note.hub)
    assert len(stand_in.asked) == 1
    assert Link.objects.get().replacement == ""
    Link.objects.update(checked_at=timezone.now())
    ask(note.hub)
    assert len(stand_in.asked) == 2


def test_a_link_that_is_back_needs_no_copy(note: Note, stand_in: StandIn) -> None:
    see(note)
    ask(note.hub)
    see(note, Verdict.ALIVE)
    assert Link.objects.get().replacement == ""
    assert calls() == 1


@pytest.mark.parametrize("verdict", [Verdict.ALIVE, Verdict.BLOCKED, Verdict.FLAKY])
def test_nobody_asks_about_what_is_not_dead(
    note: Note, stand_in: StandIn, verdict: Verdict
) -> None:
    see(note, verdict)
    assert (calls(), ask(note.hub)) == (0, "the archive has 0 of 0 dead pages")
    assert stand_in.asked == []


def test_only_pages_of_the_web_are_in_an_archive(
    note: Note, stand_in: StandIn, ada: User
) -> None:
    note.body = "[x](#gone) [y](mailto:ada@)"
    see(note, url=f"{note.hub_id}/#gone")
    assert calls() == 0


def test_nobody_is_asked_unless_an_operator_says_so(
    note: Note, stand_in: StandIn, settings: Settings
) -> None:
    settings.NEXUS_LINKS_ARCHIVE_URL = ""
    see(note)
    assert (calls(), ask(note.hub)) == (0, "the archive has 0 of 0 dead pages")
    assert stand_in.asked == []


def test_the_archive_is_behind_the_guard_too(
    note: Note, stand_in: StandIn, settings: Settings
) -> None:
    settings.NEXUS_LINKS_ALLOW_NETWORKS = ()
    see(note)
    with pytest.raises(archive.ArchiveAwayError):
        ask(note.hub)
    assert stand_in.asked == []


@pytest.mark.parametrize("status", [429, 503])
def test_an_archive_that_does_not_answer_is_asked_again_later(
    note: Note, stand_in: StandIn, status: int
) -> None:
    stand_in.status = status
    see(note)
    with pytest.raises(archive.ArchiveAwayError):
        ask(note.hub)
    stand_in.status = 200
    assert ask(note.hub) == "the archive has 1 of 1 dead pages"


@pytest.mark.parametrize(
    "answer",
    [closest(status="404"), closest(available=False), {"archived_snapshots": {}}],
)
def test_a_copy_of_an_error_is_none(
    note: Note, stand_in: StandIn, answer: object
) -> None:
    stand_in.answers[GONE] = answer
    see(note)
    assert ask(note.hub) == "the archive has 0 of 1 dead pages"


@pytest.mark.parametrize(
    "answer",
    [
        *(b"<html>", b"[]", b"null", b'{"archived_snapshots": 1}', b"\xff"),
        *(closest("javascript:alert(1)"), closest(timestamp="x"), closest(None)),
    ],
)
def test_what_is_no_answer_is_taken_for_none(
    note: Note, stand_in: StandIn, answer: object
) -> None:
    stand_in.answers[GONE] = answer
    see(note)
    with pytest.raises(archive.ArchiveAwayError):
        ask(note.hub)


def test_many_dead_links_are_asked_for_in_turns(
    hub: Hub,
    section: Section,
    ada: User,
    stand_in: StandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archive, "MOST_LINKS", 2)
    pages = [f"https://gone.example/{n}" for n in range(3)]
    text = services.NoteText(section=section, title="T", body=" ".join(pages))
    note = services.submit_note(hub=hub, author=ada, text=text)
    with transaction.atomic():
        record.take_down([note])
        keep(Result(url, Verdict.DEAD, "No.") for url in pages)
        record.record_note(note)
    ask(hub)
    assert calls() == 2
    ask(hub)
    assert calls() == 2
    assert sorted(stand_in.asked) == [f"/wayback/available {page}" for page in pages]
