from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from notes.models import Hub, Job
from notes.models.job import SupersededError

LEASE = timedelta(minutes=2)


def start(job: Job, *, worker: str = "one", redelivered: bool = False) -> Job | None:
    return Job.objects.start(
        str(job.id), lease=LEASE, worker=worker, redelivered=redelivered
    )


@pytest.fixture
def job(hub: Hub) -> Job:
    return Job.objects.create(handler="tasks.readme.rebuild_readme", hub=hub)


def test_a_job_is_started_by_one_of_two_messages(job: Job) -> None:
    assert start(job)
    assert start(job) is None


def test_a_message_delivered_again_takes_the_job_over(job: Job) -> None:
    start(job)

    second = start(job, redelivered=True)

    assert second
    assert second.attempts == 2


def test_a_finished_job_is_not_started_again(job: Job) -> None:
    run = start(job)
    assert run
    with run.completion():
        run.result = "done"

    assert start(job, redelivered=True) is None


def test_completion_records_the_result(job: Job) -> None:
    run = start(job)
    assert run
    with run.completion():
        run.result = "README published in 3f2c1ab"

    job.refresh_from_db()
    assert (job.state, job.result) == (
        Job.State.SUCCEEDED,
        "README published in 3f2c1ab",
    )
    assert job.finished_at


def test_the_effects_of_a_run_that_was_taken_over_are_undone(
    job: Job, hub: Hub
) -> None:
    first = start(job)
    assert first
    start(job, redelivered=True)

    with pytest.raises(SupersededError), first.completion():
        Hub.objects.filter(pk=hub.pk).update(title="from the late run")

    hub.refresh_from_db()
    job.refresh_from_db()
    assert (hub.title, job.state) == ("Nexus", Job.State.RUNNING)


def test_a_run_that_was_taken_over_cannot_fail_the_job(job: Job) -> None:
    first = start(job)
    assert first
    start(job, redelivered=True)

    assert not first.fail("too late")

    job.refresh_from_db()
    assert job.state == Job.State.RUNNING


def test_a_running_job_is_due_again_when_its_lease_ends(job: Job) -> None:
    start(job)
    now = timezone.now()

    assert not Job.objects.due(now).exists()
    assert Job.objects.due(now + LEASE).exists()


def test_a_worker_that_starts_anew_gives_back_what_it_ran(job: Job, hub: Hub) -> None:
    other = Job.objects.create(handler="x", hub=hub)
    start(job, worker="one")
    start(other, worker="two")

    Job.objects.release("one")

    assert list(Job.objects.due(timezone.now())) == [job]


def test_a_failed_job_runs_again_only_when_a_person_says_so(job: Job) -> None:
    run = start(job)
    assert run
    run.fail("the repository is gone")
    assert start(job) is None

    assert run.run_again()

    assert start(job)


def test_a_job_that_has_not_failed_is_not_run_again(job: Job) -> None:
    assert not job.run_again()


def test_a_job_is_named_like_its_handler(job: Job) -> None:
    assert job.name == "rebuild readme"
