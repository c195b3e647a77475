"""Archived copies come to the live panels by themselves, and nobody waits in vain."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from notes.events import record_event
from notes.models import ArchivedCopy, Event, EventKind, Job, Link, Note, Overrule
from notes.views import link_panel, panel
from notes.views.lines import Line, Panel

GONE = "https://gone.example/"
COPY = f"https://web.archive.example/web/20240301000000/{GONE}"
REPORT = "/h/nexus/links/"
BOTH = pytest.mark.parametrize("place", ["note", "report"])


@pytest.fixture
def archive(settings: Settings) -> None:
    settings.NEXUS_LINKS_ARCHIVE_URL = "https://archive.example"


@pytest.fixture
def dead(note: Note) -> Link:
    """A dead link of a note that is published and checked, as is its hub."""
    Event.objects.update(dispatched_at=timezone.now())
    check = Job.objects.create(handler="tasks.links.check_links", state="succeeded")
    check.events.add(note.events.get())
    note.hub.readme.published = note.readme_version
    note.hub.readme.save()
    link = Link.objects.create(
        url=GONE, verdict="dead", checked_at=timezone.now() - timedelta(minutes=1)
    )
    note.note_links.create(link=link, url=GONE)
    return link


def shown(note: Note, place: str) -> Panel:
    notes = Note.objects.select_related("hub__readme", "hub__remote")
    fresh = notes.get(pk=note.pk)
    return panel.panel_of(fresh) if place == "note" else link_panel.panel_of(fresh.hub)


def line(note: Note, place: str) -> Line | None:
    lines = shown(note, place).lines
    return next((line for line in lines if line.subject == "copies"), None)


def ask(note: Note, state: str, **fields: object) -> None:
    """What the check's last word and the relay leave behind."""
    record_event(EventKind.LINKS_DIED, hub=note.hub)
    Event.objects.update(dispatched_at=timezone.now())
    handler = "tasks.links.find_copies"
    Job.objects.create(handler=handler, hub=note.hub, state=state, **fields)


def answer(link: Link, url: str = COPY) -> None:
    moment = datetime(2024, 3, 1, tzinfo=UTC)
    ArchivedCopy.objects.create(
        link=link, url=url, taken_at=moment, asked_at=timezone.now()
    )


@BOTH
def test_a_page_waits_for_the_copies_and_then_shows_them(
    client: Client, note: Note, dead: Link, archive: None, place: str
) -> None:
    record_event(EventKind.LINKS_DIED, hub=note.hub)
    assert line(note, place) is not None
    assert shown(note, place).poll_every_ms == 500
    before = shown(note, place).fingerprint

    ask(note, "running")
    assert line(note, place).text == "The archive is being asked for broken pages"
    assert shown(note, place).poll_every_ms == 500

    Job.objects.update(state=Job.State.SUCCEEDED)
    answer(dead)
    address = note.get_absolute_url() if place == "note" else REPORT
    html = client.get(f"{address}panel/?shown={before}").content.decode()
    assert "The archive has 1 of 1 broken page" in html
    assert "hx-trigger" not in html
    assert ("archived copy of 1 March 2024" in html) == (place == "report")


@BOTH
def test_without_an_archive_nobody_waits(note: Note, dead: Link, place: str) -> None:
    ask(note, "queued")
    assert line(note, place) is None
    assert shown(note, place).poll_every_ms == 0


@BOTH
@pytest.mark.parametrize(
    "told",
    [
        ("queued", "The archive is about to be asked for broken pages", 500),
        ("retrying", "The archive does not answer yet and is asked again", 500),
        ("failed", "The archive did not answer; the next check asks it again", 0),
    ],
)
def test_an_archive_that_is_away_is_waited_for_until_the_job_gives_up(
    note: Note, dead: Link, archive: None, place: str, told: tuple[str, str, int]
) -> None:
    state, words, pause = told
    ask(note, state, error="Away.")
    assert line(note, place) == Line("copies", state, words)
    assert shown(note, place).poll_every_ms == pause


@BOTH
def test_the_page_asks_seldom_once_the_archive_takes_long(
    note: Note, dead: Link, archive: None, place: str
) -> None:
    ask(note, "retrying")
    Event.objects.update(recorded_at=timezone.now() - timedelta(minutes=5))
    assert shown(note, place).poll_every_ms == 10_000


@BOTH
def test_nobody_waits_where_nothing_was_asked(
    note: Note, dead: Link, archive: None, place: str
) -> None:
    assert line(note, place) is None
    assert shown(note, place).poll_every_ms == 0


@BOTH
def test_nobody_waits_for_what_is_not_dead_or_vouched_for(
    note: Note, dead: Link, archive: None, grace, place: str
) -> None:
    ask(note, "running")
    Overrule.objects.create(hub=note.hub, link=dead, person=grace, reason="It works.")
    assert line(note, place) is None
    Overrule.objects.all().delete()
    Link.objects.update(verdict="blocked")
    assert line(note, place) is None


@BOTH
def test_a_page_that_the_archive_lacks_is_said_to_be_lacking(
    note: Note, dead: Link, archive: None, place: str
) -> None:
    answer(dead, url="")
    assert line(note, place).text == "The archive has 0 of 1 broken page"


def test_a_check_that_runs_comes_first(note: Note, dead: Link, archive: None) -> None:
    ask(note, "running")
    handler = "tasks.links.recheck_links"
    Job.objects.create(handler=handler, hub=note.hub, state="running")
    assert line(note, "report") is None


def test_a_note_that_came_with_the_readme_shows_them_too(
    note: Note, dead: Link, archive: None
) -> None:
    Event.objects.all().delete()
    ask(note, "running")
    assert shown(note, "note").poll_every_ms == 500


def test_the_report_offers_the_copy_to_those_who_may_put_it_in(
    client: Client, note: Note, dead: Link, grace
) -> None:
    answer(dead)
    mend = f"{note.get_absolute_url()}links/{note.note_links.get().pk}/mend/"
    for address in (REPORT, f"{REPORT}{dead.pk}/"):
        page = client.get(address).content.decode()
        assert f'href="{COPY}"' in page
        assert mend not in page
    client.force_login(grace)
    for address in (REPORT, f"{REPORT}{dead.pk}/"):
        assert (
            f'<a href="{mend}">Replace it in Celery</a>'
            in client.get(address).content.decode()
        )
