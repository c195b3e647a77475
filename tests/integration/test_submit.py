"""From the web form to the committed README, the checked links and the told event."""

from __future__ import annotations

import json
import sys

import pytest

from notes.models import Event, EventKind, Job, LinkCheck
from tests.integration.hubs import Nexus
from tests.integration.installation import Installation
from tests.integration.nodes import until
from tests.integration.people import WebSite, listening


@pytest.mark.every_shape
def test_a_submitted_note_ends_in_a_readme_committed_in_the_learners_name(
    nexus: Nexus, site: WebSite
) -> None:
    body = f"See [one]({site.address}/fine) and [none]({site.address}/missing)."
    with listening(nexus.setup.app, "note.*") as listener:
        note = nexus.submit("Valkey keeps its promises", body)
        nexus.settle()
        (told,) = listener.wait_for(1)
    assert nexus.commits() == ["Ada Learner <ada@example.org>"]
    assert "Valkey keeps its promises" in nexus.readme()
    rebuild, check = nexus.job("rebuild_readme"), nexus.job("check_links")
    assert rebuild is not None
    assert check is not None
    commit = nexus.git("rev-parse", "main").strip()
    assert (rebuild.state, check.state) == (Job.State.SUCCEEDED, Job.State.SUCCEEDED)
    assert rebuild.result == f"README published in {commit[:7]}"
    assert check.result == "2 links: 1 fine, 1 broken"
    assert set(site.requests) == {"/fine", "/missing"}
    assert told["specversion"] == "1.0"
    assert told["type"] == "note.submitted"
    assert told["subject"] == note.get_absolute_url()
    assert told["data"] == {"hub": nexus.hub.slug, "note": note.pk}


def test_the_notes_page_tells_what_became_of_it(nexus: Nexus) -> None:
    note = nexus.submit("A page that lives")
    nexus.settle()
    status, page = nexus.browser.get(note.get_absolute_url())
    assert status == 200
    assert f"README published in {nexus.git('rev-parse', 'main')[:7]}" in page


def test_an_edited_and_a_withdrawn_note_change_the_readme(nexus: Nexus) -> None:
    note, other = nexus.submit("First title"), nexus.submit("The other one")
    nexus.settle()
    address = note.get_absolute_url()
    form = {"section": str(nexus.section.pk), "body": "", "tags": ""}
    status, _ = nexus.browser.post(
        f"{address}edit/", title="Second title", problem="", solution="", **form
    )
    assert status == 303
    status, _ = nexus.browser.post(f"{other.get_absolute_url()}withdraw/")
    assert status == 303
    nexus.settle()
    readme = nexus.readme()
    assert "Second title" in readme
    assert "First title" not in readme
    assert "The other one" not in readme


def test_every_event_is_announced_in_the_order_it_happened(nexus: Nexus) -> None:
    with listening(nexus.setup.app, "#") as listener:
        for number in range(5):
            nexus.submit_in_process(f"Note {number}")
        nexus.settle()
        recorded = list(
            Event.objects.filter(hub=nexus.hub).values_list("pk", flat=True)
        )
        listener.wait_for(len(recorded))
    events = [event for event, _ in listener.received]
    told = [int(event["id"]) for event in events if nexus.hub.slug in event["subject"]]
    assert told == recorded


def test_tail_events_shows_a_consumer_what_happens(
    nexus: Nexus, installation: Installation
) -> None:
    command = [sys.executable, "manage.py", "tail_events", "--kind", "note.*"]
    tail = installation.another("tail", command)
    note = nexus.submit("A note that is told of")
    line = until(
        lambda: next((row for row in tail.logs().splitlines() if row[:1] == "{"), ""),
        what="an event on the terminal",
    )
    event = json.loads(line)
    assert (event["type"], event["data"]["note"]) == ("note.submitted", note.pk)


@pytest.mark.timeout(240)  # some 20 s alone on two cores, minutes on a busy machine
def test_a_thousand_notes_in_a_burst_cost_a_few_rebuilds_and_none_is_lost(
    nexus: Nexus,
) -> None:
    titles = [f"Burst number {number:04}." for number in range(1000)]
    for title in titles:
        nexus.submit_in_process(title)
    nexus.settle(seconds=200)
    readme = nexus.readme()
    assert [title for title in titles if readme.count(title) != 1] == []
    assert len(nexus.commits()) <= 20
    nexus.hub.readme.refresh_from_db()
    assert nexus.hub.readme.published == nexus.hub.readme.requested == 1000
    assert nexus.hub.readme.commit == nexus.git("rev-parse", "main").strip()
    assert not Job.objects.filter(hub=nexus.hub).exclude(state="succeeded").exists()


def test_two_relays_and_two_workers_do_everything_once(
    nexus: Nexus, site: WebSite
) -> None:
    installation = nexus.installation
    command = installation.relay._command
    installation.another("relay-2", command)
    worker = [*installation.worker._command, "--hostname", "worker-2@%h"]
    installation.another("worker-2", worker)
    for number in range(40):
        nexus.submit_in_process(f"Note {number}", f"<{site.address}/fine?{number}>")
    nexus.settle(seconds=60)
    for event in Event.objects.filter(hub=nexus.hub, kind=EventKind.NOTE_SUBMITTED):
        names = sorted(job.name for job in event.jobs.all())
        assert names == ["check links", "rebuild readme"]
    checks = LinkCheck.objects.filter(link__url__startswith=f"{site.address}/")
    assert checks.count() == 40
    links_checked = Event.objects.filter(hub=nexus.hub, kind=EventKind.LINKS_CHECKED)
    assert links_checked.count() == 40
    until(lambda: len({job.worker for job in nexus.jobs()}) == 2, seconds=1)
