"""The digest's whole way, from the tick to the mailbox, each job run as it comes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage

from notes import services, subscribing
from notes.models import EventKind, Hub, Job
from tasks import digests, relay
from tasks.handlers import HANDLERS
from tests.notes.digests.weeks import WEEK, add_note, add_reader, make_hub

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub(settings: Any) -> Hub:
    settings.NEXUS_MAIL_SHARDS = settings.NEXUS_MAIL_CONNECTIONS = 1
    hub = make_hub()
    run_jobs()
    return hub


def run_jobs() -> list[str]:
    """Do what the relay and the workers do, with no broker between; the results."""
    results = []
    while relay.dispatch_events():
        for job in Job.objects.waiting().filter(handler__startswith="tasks.digests."):
            HANDLERS[job.handler](str(job.id))  # type: ignore[operator]
            job.refresh_from_db()
            results.append(job.result)
    return results


def test_a_week_gets_from_the_tick_to_the_mailbox(
    hub: Hub, mailoutbox: list[EmailMessage]
) -> None:
    add_note(hub, body="Some text.")
    for name in ("ada", "grace"):
        add_reader(hub, f"{name}@example.org")
    run_jobs()
    mailoutbox.clear()
    services.record_due_digests(at=WEEK.end + timedelta(hours=7))
    assert run_jobs() == [
        "1 note by 1 person; goes to 2 subscribers",
        "2 sent",
    ]
    assert [mail.to for mail in mailoutbox] == [
        ["ada@example.org"],
        ["grace@example.org"],
    ]
    services.record_due_digests(at=WEEK.end + timedelta(hours=7))
    assert run_jobs() == []
    assert len(mailoutbox) == 2


def test_an_empty_week_ends_with_a_job_that_says_so(
    hub: Hub, mailoutbox: list[EmailMessage]
) -> None:
    services.record_due_digests(at=WEEK.end + timedelta(hours=7))
    assert run_jobs() == ["nothing happened in week 47, so nothing is sent"]
    assert mailoutbox == []


def test_a_send_that_takes_too_long_goes_on_in_further_jobs(
    hub: Hub, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digests, "SENDING_SECONDS", 0)
    add_note(hub)
    for name in ("ada", "grace", "linus"):
        add_reader(hub, f"{name}@example.org")
    run_jobs()
    mailoutbox.clear()
    services.record_due_digests(at=WEEK.end + timedelta(hours=7))
    assert run_jobs()[1:] == [
        "1 sent, 2 to go",
        "1 sent, 1 to go",
        "1 sent",
    ]
    assert len(mailoutbox) == 3
    assert hub.events.filter(kind=EventKind.DIGEST_SENT).count() == 1


def test_a_new_subscriber_is_asked(hub: Hub, mailoutbox: list[EmailMessage]) -> None:
    subscribing.subscribe(email="ada@example.org", hub=hub)
    assert run_jobs() == ["asked whether the subscription was meant"]
    (mail,) = mailoutbox
    assert mail.to == ["ada@example.org"]
    assert "/confirm/" in str(mail.body)
