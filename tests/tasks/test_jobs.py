"""A handler's row keeps itself: claimed, finished, retried, failed."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from notes.errors import NexusError, TransientError
from notes.models import Event, EventKind, Hub, Job
from notes.models.job import SupersededError
from tasks.jobs import (
    MAX_ATTEMPTS,
    MAX_RETRIES,
    TIME_LIMIT_SECONDS,
    WORKER_DIED,
    describe,
    handler,
)

pytestmark = pytest.mark.django_db
runs: list[Job] = []


@handler()
def note_the_run(job: Job) -> None:
    runs.append(job)
    with job.completion():
        Event.objects.create(kind=EventKind.LINKS_CHECKED, hub=job.hub)
        job.result = "done"


@handler()
def break_off(job: Job) -> None:
    with job.completion():
        Event.objects.create(kind=EventKind.LINKS_CHECKED, hub=job.hub)
        raise NexusError("A person has to look at this.")


@handler()
def be_overtaken(job: Job) -> None:
    """Another worker takes the job over while this one is at work."""
    Job.objects.start(str(job.id), lease=timedelta(), worker="b", redelivered=True)
    with job.completion():
        Event.objects.create(kind=EventKind.LINKS_CHECKED, hub=job.hub)


@pytest.fixture(autouse=True)
def no_runs() -> None:
    runs.clear()


def effects(hub: Hub) -> int:
    return Event.objects.filter(kind=EventKind.LINKS_CHECKED, hub=hub).count()


def test_a_job_succeeds_together_with_its_effects(job: Job, hub: Hub) -> None:
    note_the_run(str(job.id))
    job.refresh_from_db()
    assert (job.state, job.result, job.attempts) == (Job.State.SUCCEEDED, "done", 1)
    assert job.finished_at is not None
    assert effects(hub) == 1


def test_a_message_that_comes_twice_takes_effect_once(job: Job, hub: Hub) -> None:
    note_the_run(str(job.id))
    note_the_run(str(job.id))
    assert len(runs) == effects(hub) == 1


def test_a_message_for_a_job_that_is_gone_does_nothing() -> None:
    note_the_run(str(uuid.uuid4()))
    assert not runs


def test_a_running_job_is_not_begun_a_second_time(job: Job) -> None:
    Job.objects.start(
        str(job.id), lease=timedelta(minutes=1), worker="a", redelivered=False
    )
    note_the_run(str(job.id))
    assert not runs


def test_a_redelivered_message_takes_the_job_from_a_run_that_is_over(job: Job) -> None:
    lease = timedelta(minutes=1)
    first = Job.objects.start(str(job.id), lease=lease, worker="a", redelivered=False)
    second = Job.objects.start(str(job.id), lease=lease, worker="b", redelivered=True)
    assert first is not None
    assert second is not None
    assert (first.attempts, second.attempts) == (1, 2)


def test_a_run_that_was_overtaken_leaves_no_effect(job: Job, hub: Hub) -> None:
    with pytest.raises(SupersededError):
        be_overtaken(str(job.id))
    job.refresh_from_db()
    assert (job.state, job.worker) == (Job.State.RUNNING, "b")
    assert effects(hub) == 0


def test_a_handler_that_breaks_off_leaves_no_effect(job: Job, hub: Hub) -> None:
    with pytest.raises(NexusError):
        break_off(str(job.id))
    assert effects(hub) == 0


def test_a_running_job_falls_due_when_its_worker_must_be_dead(job: Job) -> None:
    before = timezone.now()
    job.refresh_from_db()
    started = Job.objects.start(
        str(job.id), lease=timedelta(seconds=130), worker="a", redelivered=False
    )
    assert started is not None
    assert started.due_at - before >= timedelta(seconds=TIME_LIMIT_SECONDS)


def test_a_failed_run_is_told_with_its_error(job: Job) -> None:
    break_off.job = started(job)
    break_off.on_failure(NexusError("A person has to look at this."))
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "A person has to look at this." in job.error


def test_a_retry_is_left_to_celery_before_the_relay_steps_in(job: Job) -> None:
    note_the_run.job = started(job)
    error = TransientError("The mail server is away.")
    with pytest.raises(TransientError):  # outside a worker Celery sends nothing
        note_the_run.retry(exc=error, countdown=60)
    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.RETRYING, "The mail server is away.")
    assert job.due_at > timezone.now() + timedelta(seconds=60)


def test_the_last_retry_of_all_is_a_failure_and_not_told_as_a_retry(job: Job) -> None:
    note_the_run.job = started(job)
    note_the_run.push_request(retries=MAX_RETRIES)
    try:
        with pytest.raises(TransientError):
            note_the_run.retry(exc=TransientError("Away."), countdown=60)
    finally:
        note_the_run.pop_request()
    job.refresh_from_db()
    assert job.state == Job.State.RUNNING
    note_the_run.on_failure(TransientError("Away."))
    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.FAILED, "Away.")


def test_an_overtaken_run_cannot_fail_the_job_of_its_successor(job: Job) -> None:
    break_off.job = started(job)
    Job.objects.start(str(job.id), lease=timedelta(), worker="b", redelivered=True)
    break_off.on_failure(NexusError("Too late."))
    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.RUNNING, "")


def test_a_failed_job_can_be_run_again_as_if_it_had_never_run(job: Job) -> None:
    started(job).fail("broken")
    assert job.run_again()
    job.refresh_from_db()
    assert (job.state, job.attempts, job.publications) == (Job.State.QUEUED, 0, 0)
    note_the_run(str(job.id))
    job.refresh_from_db()
    assert job.state == Job.State.SUCCEEDED


@pytest.mark.parametrize("state", ["queued", "running", "retrying", "succeeded"])
def test_only_a_failed_job_is_run_again(job: Job, state: str) -> None:
    Job.objects.update(state=state)
    assert not job.run_again()


def test_a_worker_that_starts_gives_back_what_it_ran_before(job: Job) -> None:
    started(job, worker="worker@here")
    assert Job.objects.release("worker@there") == 0
    assert Job.objects.release("worker@here") == 1
    assert list(Job.objects.due(timezone.now())) == [job]


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (TransientError("The server is away."), "The server is away."),
        (NexusError("Look at it."), "Look at it."),
        (ValueError("bad"), "ValueError: bad"),
        (RuntimeError(), "RuntimeError"),
    ],
)
def test_an_error_is_told_as_people_read_it(error: Exception, text: str) -> None:
    assert describe(error) == text


def started(job: Job, worker: str = "a") -> Job:
    claimed = Job.objects.start(
        str(job.id), lease=timedelta(minutes=1), worker=worker, redelivered=False
    )
    assert claimed is not None
    return claimed


def test_a_job_that_killed_its_worker_too_often_fails_for_good(job: Job) -> None:
    Job.objects.filter(id=job.id).update(attempts=MAX_ATTEMPTS)
    note_the_run(str(job.id))
    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.FAILED, WORKER_DIED)
    assert not runs


def test_a_success_takes_the_error_of_an_earlier_try_away(job: Job) -> None:
    Job.objects.filter(id=job.id).update(error="The host is away.")
    note_the_run(str(job.id))
    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.SUCCEEDED, "")
