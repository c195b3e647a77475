from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

import pytest
from django.contrib.auth.models import User
from django.db.models import F
from django.utils import timezone
from pytest_django.fixtures import Settings

from notes import services
from notes.links import record
from notes.links.check import Result
from notes.links.claims import Somebody
from notes.links.keep import keep
from notes.links.verdicts import Verdict
from notes.models import Event, EventKind, Hub, Link, LinkCheck, Note, Section
from notes.readme import importer
from notes.readme.surroundings import Surroundings
from notes.services import NoteText


class Site(BaseHTTPRequestHandler):
    """Answers 200, and 404 below ``gone``; counts what it was asked."""

    asked: list[str]
    gone = "/gone"
    body = b""

    def do_GET(self) -> None:
        self.asked.append(self.path)
        tag = f'"{self.path}"'
        is_known = self.headers.get("If-None-Match") == tag
        is_gone = self.path.startswith(self.gone)
        self.send_response(404 if is_gone else 304 if is_known else 200)
        self.send_header("ETag", tag)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def site(settings: Settings) -> Iterator[ThreadingHTTPServer]:
    settings.NEXUS_LINKS_ALLOW_NETWORKS = (ip_network("127.0.0.0/8"),)
    Site.asked, Site.gone, Site.body = [], "/gone", b""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def url(site: ThreadingHTTPServer, path: str) -> str:
    return f"http://127.0.0.1:{site.server_port}{path}"


def submit(hub: Hub, section: Section, author: User, body: str) -> Note:
    text = NoteText(section=section, title="Links", body=body)
    return services.submit_note(hub=hub, author=author, text=text)


def look_and_record(note: Note) -> str:
    record.look_at_note(note, Surroundings(note.hub), by=Somebody())
    return record.record_note(note)


def recheck(hub: Hub) -> str:
    record.look_at_hub(hub, Surroundings(hub), by=Somebody())
    return record.record_hub(hub)


@pytest.fixture
def note(hub: Hub, section: Section, ada: User, site: ThreadingHTTPServer) -> Note:
    body = (
        f"[fine]({url(site, '/a')}), {url(site, '/b')} and [gone]({url(site, '/gone')})"
    )
    return submit(hub, section, ada, body)


def test_the_links_of_a_note_become_rows_with_verdicts(
    note: Note, site: ThreadingHTTPServer
) -> None:
    assert look_and_record(note) == "3 links: 2 fine, 1 broken"

    verdicts = dict(note.note_links.values_list("url", "link__verdict"))
    assert verdicts[url(site, "/a")] == "alive"
    assert verdicts[url(site, "/gone")] == "dead"


def test_every_look_stays_in_the_history(note: Note) -> None:
    look_and_record(note)
    Link.objects.update(checked_at=timezone.now() - timedelta(days=8))
    look_and_record(note)

    gone = Link.objects.get(url__endswith="/gone")
    assert [check.verdict for check in gone.checks.all()] == ["dead", "dead"]


def test_what_was_looked_at_within_the_hour_is_not_fetched_again(note: Note) -> None:
    look_and_record(note)
    Site.asked.clear()

    assert look_and_record(note) == "3 links: 2 fine, 1 broken"
    assert Site.asked == []


def test_a_link_that_an_edit_took_out_is_no_longer_the_notes(
    note: Note, ada: User
) -> None:
    look_and_record(note)
    text = NoteText(section=note.section, title="Links", body="no link")
    services.edit_note(note=note, editor=ada, text=text)

    assert look_and_record(note) == "no links"
    assert not note.note_links.exists()


def days_pass(days: float = 1) -> None:
    """Everything that was seen so far was seen so long ago."""
    age = timedelta(days=days)
    Link.objects.update(checked_at=F("checked_at") - age, due_at=F("due_at") - age)
    LinkCheck.objects.update(checked_at=F("checked_at") - age)


def changes() -> list[str]:
    events = Event.objects.filter(kind=EventKind.LINK_VERDICT_CHANGED).order_by("id")
    return [event.data["verdict"] for event in events]


def test_a_link_that_fails_on_its_first_look_is_dead_but_unconfirmed(
    note: Note,
) -> None:
    look_and_record(note)

    gone = Link.objects.get(url__endswith="/gone")
    assert (gone.verdict, gone.is_confirmed) == ("dead", False)
    assert not Link.objects.broken().exists()
    assert changes() == []


def test_a_link_that_worked_dies_after_three_days_of_failures(
    hub: Hub, section: Section, ada: User, site: ThreadingHTTPServer
) -> None:
    note = submit(hub, section, ada, url(site, "/a"))
    look_and_record(note)
    Site.gone = "/a"
    told = []
    for _ in range(3):
        days_pass()
        look_and_record(note)
        link = Link.objects.get()
        told.append((link.verdict, link.is_confirmed))

    assert told == [("flaky", True), ("flaky", True), ("dead", True)]
    assert changes() == ["flaky", "dead"]
    assert link.reason.startswith("Answered 404")
    assert list(Link.objects.broken()) == [link]


def test_one_answer_brings_a_link_back(
    hub: Hub, section: Section, ada: User, site: ThreadingHTTPServer
) -> None:
    note = submit(hub, section, ada, url(site, "/a"))
    Site.gone = "/a"
    look_and_record(note)
    days_pass()
    Site.gone = "/gone"
    look_and_record(note)

    assert changes() == ["alive"]
    assert Link.objects.get().is_confirmed


def test_what_could_not_be_looked_at_keeps_its_verdict(note: Note) -> None:
    look_and_record(note)
    days_pass(8)
    before = Link.objects.get(url__endswith="/a")
    keep([Result(before.url, Verdict.UNCHECKED, "No network.")])

    after = Link.objects.get(url__endswith="/a")
    assert (after.verdict, after.checked_at) == ("alive", before.checked_at)
    assert after.due_at > timezone.now()
    assert [check.verdict for check in after.checks.all()] == ["unchecked", "alive"]


def test_links_of_every_kind_become_rows_and_only_the_webs_are_fetched(
    hub: Hub, section: Section, ada: User, site: ThreadingHTTPServer
) -> None:
    body = (
        f"[in](#key-technologies) [gone](#gone) [file](docs/a.md) {url(site, '/a')}\n"
        "<mailto:ada@example.org> [no](mailto:ada@) [call](tel:1)"
    )
    note = submit(hub, section, ada, body)
    look_and_record(note)

    verdicts = dict(note.note_links.values_list("url", "link__verdict"))
    assert verdicts == {
        "#key-technologies": "alive",
        "#gone": "dead",
        "docs/a.md": "unchecked",
        url(site, "/a"): "alive",
        "mailto:ada@example.org": "alive",
        "mailto:ada@": "dead",
        "tel:1": "unsupported",
    }
    assert Site.asked == ["/a"]


def test_a_relative_link_is_another_in_each_hub(
    hub: Hub, section: Section, ada: User
) -> None:
    other = services.create_hub(slug="other", title="Other", maintainer=ada)
    there = other.sections.get(title="Key Technologies")
    look_and_record(submit(hub, section, ada, "[x](#part) <a id=part></a>"))
    look_and_record(submit(other, there, ada, "[x](#part)"))

    assert [link.verdict for link in Link.objects.in_hub(hub)] == ["alive"]
    assert [link.verdict for link in Link.objects.in_hub(other)] == ["dead"]


def test_of_a_page_that_lacks_a_place_each_note_is_told(
    hub: Hub, section: Section, ada: User, site: ThreadingHTTPServer
) -> None:
    Site.body = b"<h1 id=there>A page</h1>" + b"<p>Some words.</p>" * 50
    page = url(site, "/a")
    note = submit(hub, section, ada, f"[x]({page}#there) [y]({page}#gone) {page}")

    assert look_and_record(note) == "1 link: 1 fine"
    assert Site.asked == ["/a"]
    assert lacking(note) == ["gone"]

    days_pass(15)
    Site.body += b"<h2 id=gone>Back</h2>"
    look_and_record(note)
    assert lacking(note) == []
    assert Link.objects.get().url == page


def test_a_page_that_does_not_answer_says_nothing_of_its_places(
    hub: Hub, section: Section, ada: User, site: ThreadingHTTPServer
) -> None:
    note = submit(hub, section, ada, url(site, "/a#gone"))
    look_at_a_page_without_places(note)
    Site.gone, Site.body = "/a", b""
    days_pass(15)
    look_and_record(note)
    assert lacking(note) == ["gone"]


def test_a_page_that_broke_off_leaves_open_whether_a_missing_place_is_back(
    hub: Hub, section: Section, ada: User, site: ThreadingHTTPServer
) -> None:
    note = submit(hub, section, ada, url(site, "/a#gone"))
    look_at_a_page_without_places(note)
    note.note_links.update(is_lack_told=True)
    Site.body += b"<p>And so on.</p>" * 100_000
    days_pass(15)
    look_and_record(note)
    assert [item.is_lack_told for item in note.note_links.all()] == [True]
    assert lacking(note) == ["gone"]


def test_a_link_that_is_too_long_for_a_row_keeps_no_other_from_being_looked_at(
    hub: Hub, section: Section, ada: User, site: ThreadingHTTPServer
) -> None:
    page = url(site, "/a")
    long = f"[x]({page}#{'y' * 2000}) [z]({page}/{'z' * 2000})"
    note = submit(hub, section, ada, f"{page} {long}")
    assert look_and_record(note) == "1 link: 1 fine"
    assert [len(item.url) for item in note.note_links.all()] == [len(page)]


def look_at_a_page_without_places(note: Note) -> None:
    Site.body = b"<h1>A page</h1>" + b"<p>Some words.</p>" * 50
    look_and_record(note)


def lacking(note: Note) -> list[str]:
    return [item.fragment for item in note.note_links.filter(lacks_anchor=True)]


def test_a_heading_that_is_missing_is_missing_beyond_doubt(
    hub: Hub, section: Section, ada: User
) -> None:
    note = submit(hub, section, ada, "[x](#part) <a id=part></a>")
    look_and_record(note)
    note.body = "[x](#part)"
    note.save()
    look_and_record(note)

    assert list(Link.objects.broken().values_list("verdict", flat=True)) == ["dead"]
    assert changes() == ["dead"]


def test_a_relative_link_is_looked_at_each_time(
    hub: Hub, section: Section, ada: User
) -> None:
    note = submit(hub, section, ada, "[x](#later)")
    look_and_record(note)
    submit(hub, section, ada, "<a id=later></a>")

    assert look_and_record(note) == "1 link: 1 fine"


def test_no_link_that_somebody_writes_is_another_hubs(
    hub: Hub, section: Section, ada: User
) -> None:
    written = f"[x]({hub.pk}/#part) [y](//{hub.pk}/#part) [z](#part)"
    look_and_record(submit(hub, section, ada, written))

    assert set(Link.objects.values_list("url", flat=True)) == {
        f"{hub.pk}/#part",
        f"{hub.pk}/{hub.pk}#part",
        f"//{hub.pk}/#part",
    }


def test_a_recheck_leaves_alone_what_is_not_due(
    hub: Hub, site: ThreadingHTTPServer
) -> None:
    importer.store(hub, f"# R\n\n- {url(site, '/a')}\n- {url(site, '/gone')}\n")
    recheck(hub)
    days_pass()
    Site.asked.clear()

    recheck(hub)
    assert set(Site.asked) == {"/gone"}


def test_the_links_of_imported_notes_are_found_by_the_recheck(
    hub: Hub, site: ThreadingHTTPServer
) -> None:
    importer.store(hub, f"# R\n\n- one {url(site, '/a')}\n- two {url(site, '/a')}\n")

    sentence = recheck(hub)

    assert sentence == "1 link: 1 fine"
    assert len(Site.asked) == 1


def test_a_text_that_another_import_brought_is_read_anew(
    hub: Hub, site: ThreadingHTTPServer
) -> None:
    importer.store(hub, f"# R\n\n- the one note {url(site, '/a')}\n")
    recheck(hub)
    importer.store(hub, f"# R\n\n- the one note {url(site, '/b')}\n")
    recheck(hub)

    note = hub.notes.published().get()
    assert [link.url for link in note.note_links.all()] == [url(site, "/b")]


def test_the_links_of_a_note_whose_own_check_failed_are_found_by_the_recheck(
    note: Note,
) -> None:
    recheck(note.hub)

    assert note.note_links.count() == 3


def test_many_new_notes_are_read_in_turns(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "NOTES_AT_ONCE", 2)
    importer.store(hub, "# R\n\n" + "".join(f"- note [x](#{n})\n" for n in range(3)))
    due = Event.objects.filter(kind=EventKind.LINKS_FELL_DUE)
    recheck(hub)
    assert (due.count(), Link.objects.count()) == (1, 2)
    recheck(hub)
    assert (due.count(), Link.objects.count()) == (1, 3)


def test_a_recheck_that_has_more_to_do_says_so(
    hub: Hub, site: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "BATCH", 2)
    lines = "".join(f"- {url(site, f'/{n}')}\n" for n in range(3))
    importer.store(hub, f"# R\n\n{lines}")
    due = Event.objects.filter(kind=EventKind.LINKS_FELL_DUE)
    over = Event.objects.filter(kind=EventKind.LINKS_CHECKED)

    assert recheck(hub) == "more links of the hub are due"
    assert (due.count(), over.count()) == (1, 0)
    assert recheck(hub) == "3 links: 3 fine"

    assert (due.count(), over.count()) == (1, 1)
    assert not Link.objects.filter(checked_at=None).exists()


def test_a_private_address_is_unsafe_and_never_asked(
    note: Note, settings: Settings
) -> None:
    settings.NEXUS_LINKS_ALLOW_NETWORKS = ()

    assert look_and_record(note) == "3 links: 3 unsafe"
    assert Site.asked == []


def test_a_run_without_time_leaves_the_rest_due_and_says_so(
    hub: Hub, site: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "LOOKING_SECONDS", 0.0)
    lines = "".join(f"- {url(site, f'/{n}')}\n" for n in range(40))
    importer.store(hub, f"# R\n\n{lines}")

    recheck(hub)

    assert 0 < Link.objects.due(timezone.now()).unclaimed(timezone.now()).count() < 40
    assert Event.objects.filter(kind=EventKind.LINKS_FELL_DUE).count() == 1
    monkeypatch.undo()
    assert recheck(hub) == "40 links: 40 fine"
    assert len(Site.asked) == len(set(Site.asked)) == 40


def test_the_same_link_in_a_hundred_notes_is_fetched_once(
    hub: Hub, section: Section, ada: User, site: ThreadingHTTPServer
) -> None:
    notes = [submit(hub, section, ada, url(site, "/a")) for _ in range(100)]
    sentences = {look_and_record(note) for note in notes}

    assert sentences == {"1 link: 1 fine"}
    assert Site.asked == ["/a"]
    assert LinkCheck.objects.count() == 1


def test_an_unchanged_page_is_asked_for_by_its_version(
    hub: Hub, site: ThreadingHTTPServer
) -> None:
    importer.store(hub, f"# R\n\n- {url(site, '/a')}\n")
    recheck(hub)
    link = Link.objects.get()
    assert (link.etag, link.verdict) == ('"/a"', "alive")
    days_pass(15)

    recheck(hub)

    link.refresh_from_db()
    assert (link.status, link.etag, link.verdict) == (304, '"/a"', "alive")
