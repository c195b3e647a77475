"""Jobs that go wrong: tried again by themselves, or by a person."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from notes.models import Event, EventKind, Hub, Job
from tasks import clock
from tests.integration.hubs import Nexus
from tests.integration.installation import OPERATOR, PASSWORD
from tests.integration.nodes import until
from tests.integration.people import Browser


def rebuild_in(nexus: Nexus, *states: str) -> Job | None:
    rebuilds = Job.objects.filter(hub=nexus.hub, handler__endswith="rebuild_readme")
    return rebuilds.filter(state__in=states).first()


def test_what_another_try_may_cure_is_tried_again_until_it_succeeds(
    nexus: Nexus,
) -> None:
    nexus.submit_in_process("Before the lock")
    nexus.settle()
    lock = nexus.installation.repository(nexus.hub.slug) / "refs/heads/main.lock"
    lock.touch()
    nexus.submit_in_process("Behind the lock")
    job = until(lambda: rebuild_in(nexus, Job.State.RETRYING), what="a retry")
    assert "tries again by itself" in job.error
    assert "Behind the lock" not in nexus.readme()
    lock.unlink()
    nexus.settle()
    job.refresh_from_db()
    assert job.state == Job.State.SUCCEEDED
    assert job.attempts >= 2
    assert "Behind the lock" in nexus.readme()


def test_what_a_person_has_to_mend_fails_and_is_run_again_by_a_button(
    nexus: Nexus,
) -> None:
    repository = nexus.installation.repository(nexus.hub.slug)
    repository.parent.mkdir(exist_ok=True)
    repository.write_text("no repository")
    nexus.submit_in_process("In spite of everything")
    job = until(lambda: rebuild_in(nexus, Job.State.FAILED), what="the failure")
    assert "move it away and rebuild the README" in job.error
    assert job.attempts == 1
    repository.unlink()
    operator = Browser(nexus.installation.port)
    operator.log_in(OPERATOR, PASSWORD)
    assert job.error.splitlines()[0] in shown_on_page(operator, job)
    status, _ = operator.post(f"/jobs/{job.id}/run-again/")
    assert status == HTTPStatus.SEE_OTHER
    nexus.settle()
    job.refresh_from_db()
    assert job.state == Job.State.SUCCEEDED
    assert "In spite of everything" in nexus.readme()


def shown_on_page(browser: Browser, job: Job) -> str:
    status, page = browser.get(f"/jobs/{job.id}/")
    assert status == HTTPStatus.OK
    return page.replace("&#x27;", "'").replace("&quot;", '"')


def test_a_learner_may_not_run_jobs_again(nexus: Nexus) -> None:
    job = Job.objects.create(
        handler="tasks.links.check_links", hub=nexus.hub, state=Job.State.FAILED
    )
    status, _ = nexus.browser.post(f"/jobs/{job.id}/run-again/")
    assert status == HTTPStatus.FORBIDDEN
    job.refresh_from_db()
    assert job.state == Job.State.FAILED


def test_two_beats_that_tick_every_second_make_one_digest_fall_due(
    nexus: Nexus,
) -> None:
    Hub.objects.filter(pk=nexus.hub.pk).update(
        created_at=timezone.now() - timedelta(weeks=4)
    )
    every_second, _ = IntervalSchedule.objects.get_or_create(every=1, period="seconds")
    tick = PeriodicTask.objects.create(
        name="digests fall due, hurriedly",
        task=clock.record_due_digests.name,
        interval=every_second,
    )
    installation = nexus.installation
    command = installation.processes["beat"]._command
    try:
        beats = [installation.another(f"beat-{n}", command) for n in (1, 2)]
        for beat in beats:
            until(lambda beat=beat: beat.logs().count("Sending due task") >= 2)
        done = f"{tick.task}["
        until(lambda: nexus.worker.logs().count(done) >= 4, what="the ticks to be done")
        nexus.settle()
    finally:
        tick.delete()
    due = Event.objects.filter(hub=nexus.hub, kind=EventKind.DIGEST_FELL_DUE)
    assert due.count() == 1
    composing = Job.objects.get(hub=nexus.hub, handler__endswith="compose_digest")
    assert composing.state == Job.State.SUCCEEDED, composing.error
