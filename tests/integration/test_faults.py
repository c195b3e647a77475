"""What is accepted is done once, whoever dies or freezes meanwhile."""

from __future__ import annotations

import time
from datetime import timedelta

from django.utils import timezone

from notes.models import Event, EventKind, Job, LinkCheck, Note
from tests.integration.hubs import Nexus
from tests.integration.nodes import until
from tests.integration.people import WebSite

# A submission commits a few rows; this only has to be far below a broker's timeouts.
PROMPT_SECONDS = 1.0


def submit_promptly(nexus: Nexus, title: str, body: str = "") -> None:
    _ = nexus.browser  # logging in costs a password hash
    started = time.monotonic()
    nexus.submit(title, body)
    assert time.monotonic() - started < PROMPT_SECONDS


def test_a_dead_broker_delays_the_work_but_not_the_answer(nexus: Nexus) -> None:
    nexus.broker.kill()
    submit_promptly(nexus, "While the broker was dead")
    assert not nexus.is_settled()
    nexus.broker.restart()
    nexus.settle(seconds=60)
    assert "While the broker was dead" in nexus.readme()


def test_a_frozen_broker_delays_the_work_but_not_the_answer(nexus: Nexus) -> None:
    nexus.installation.broker.freeze()
    submit_promptly(nexus, "While the broker was frozen")
    time.sleep(4)  # long enough for the relay to run into its timeouts
    submit_promptly(nexus, "While it was still frozen")
    nexus.installation.broker.thaw()
    nexus.settle(seconds=60)
    assert "While the broker was frozen" in nexus.readme()
    assert "While it was still frozen" in nexus.readme()


def test_nothing_is_lost_with_the_brokers_data(nexus: Nexus) -> None:
    nexus.relay.stop()
    nexus.installation.processes["impatient"].start()
    nexus.worker.freeze()
    for number in range(5):
        nexus.submit(f"Published before the loss {number}")
    until(lambda: all(job.publications for job in nexus.jobs()) and nexus.jobs())
    nexus.installation.servers.wipe(nexus.installation.broker)
    nexus.worker.thaw()
    nexus.submit("Submitted after the loss")
    nexus.settle(seconds=60)
    readme = nexus.readme()
    assert readme.count("Published before the loss") == 5
    assert "Submitted after the loss" in readme


def test_a_job_whose_worker_was_killed_is_done_by_the_next_one(
    nexus: Nexus, site: WebSite
) -> None:
    nexus.submit("Held in mid-job", f"<{site.address}/held>")
    until(lambda: site.asked_for("/held"), what="the link check to begin")
    nexus.worker_node.kill()
    site.released.set()
    nexus.worker_node.restart()
    nexus.settle(seconds=60)
    assert_checked_once(nexus, f"{site.address}/held")


def test_a_run_that_outlives_its_worker_leaves_no_second_effect(
    nexus: Nexus, site: WebSite
) -> None:
    """The pool's process goes on when the worker above it is killed alone."""
    nexus.submit("Held by an orphan", f"<{site.address}/held?orphan>")
    until(lambda: site.asked_for("/held?orphan"), what="the link check to begin")
    nexus.worker.kill_alone()
    nexus.worker.start()
    nexus.worker.ready()
    until(lambda: site.requests.count("/held?orphan") > 1, what="the second run")
    site.released.set()
    nexus.settle(seconds=60)
    assert_checked_once(nexus, f"{site.address}/held?orphan")


def assert_checked_once(nexus: Nexus, url: str) -> None:
    job = nexus.job("check_links")
    assert job is not None
    assert job.state == Job.State.SUCCEEDED
    assert job.attempts >= 2
    assert LinkCheck.objects.filter(link__url=url).count() == 1
    checked = Event.objects.filter(hub=nexus.hub, kind=EventKind.LINKS_CHECKED)
    assert checked.count() == 1
    assert len(nexus.commits()) == 1


def test_what_a_killed_relay_had_claimed_is_published_by_the_next(nexus: Nexus) -> None:
    nexus.installation.broker.freeze()
    nexus.submit("Claimed and never published")

    def is_claimed() -> bool:
        soon = timezone.now() + timedelta(seconds=5)
        return Job.objects.filter(hub=nexus.hub, due_at__gt=soon).exists()

    until(is_claimed, what="the relay to claim the jobs", every=0.01)
    nexus.relay.kill()
    nexus.installation.broker.thaw()
    Job.objects.filter(hub=nexus.hub).update(due_at=timezone.now())
    nexus.relay.start()
    nexus.settle(seconds=60)
    assert "Claimed and never published" in nexus.readme()
    assert len(nexus.commits()) == 1


def test_a_note_is_kept_though_the_web_server_dies_right_after_its_answer(
    nexus: Nexus,
) -> None:
    status, location = nexus.post("The last words")
    nexus.installation.web.kill()
    assert status == 303
    assert Note.objects.get(hub=nexus.hub).get_absolute_url() == location
    nexus.settle()
    assert "The last words" in nexus.readme()
