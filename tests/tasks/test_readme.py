"""From a submission to the remote repository, each job run as it comes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django.fixtures import Settings

from notes import services
from notes.models import EventKind, Hub, Job, Remote
from notes.publishing.services import set_remote
from notes.readme.refusals import ProtectedBranchError, UnreachableError
from tasks import clock, relay
from tasks.handlers import HANDLERS
from tests.notes.publishing.conftest import choice
from tests.notes.readme.repositories import Far

pytestmark = pytest.mark.django_db
TASKS = ("tasks.readme.rebuild_readme", "tasks.readme.push_readme")


@pytest.fixture
def far(tmp_path: Path, settings: Settings) -> Far:
    settings.NEXUS_REPOSITORIES = tmp_path / "hubs"
    settings.NEXUS_REMOTES_ALLOW_FILE = True
    return Far(tmp_path / "served" / "far.git")


@pytest.fixture
def pushing(hub: Hub, learner: User, far: Far) -> Hub:
    submit(hub, learner, "Celery")
    run_jobs()
    set_remote(hub=hub, choice=choice(far.url), actor=learner)
    return hub


def submit(hub: Hub, author: User, title: str) -> None:
    section = hub.sections.get(title="Key Technologies")
    text = services.NoteText(section=section, title=title)
    services.submit_note(hub=hub, author=author, text=text)


def run_jobs() -> dict[str, str]:
    """Do what the relay and the workers do; the last result of each handler."""
    results = {}
    while relay.dispatch_events():
        for job in Job.objects.waiting().filter(handler__in=TASKS):
            HANDLERS[job.handler](str(job.id))  # type: ignore[operator]
            job.refresh_from_db()
            results[job.name] = job.result
    return results


def test_a_new_remote_gets_the_readme_and_then_every_note(pushing, far, learner):
    assert run_jobs()["push readme"].startswith("pushed ")
    submit(pushing, learner, "Redis")
    results = run_jobs()
    assert results["rebuild readme"].startswith("README published in ")
    assert results["push readme"].startswith("pushed ")
    assert b"Redis" in far.readme()


def test_without_a_remote_no_push_falls_due(hub, learner, far):
    submit(hub, learner, "Celery")
    assert list(run_jobs()) == ["rebuild readme"]
    assert hub.events.filter(kind=EventKind.README_PUBLISHED).exists()


def test_a_burst_of_publications_is_one_push(pushing):
    for _ in range(3):
        set_remote(hub=pushing, choice=choice("https://x.invalid/x"), actor=None)
    relay.dispatch_events()
    assert Job.objects.waiting().filter(handler=TASKS[1]).count() == 1


def test_a_refusal_fails_the_job_with_what_to_do(pushing, far):
    far.hook("update", "echo 'GH006: Protected branch update failed' >&2; exit 1")
    relay.dispatch_events()
    job = Job.objects.waiting().get(handler=TASKS[1])
    with pytest.raises(ProtectedBranchError) as caught:
        HANDLERS[job.handler](str(job.id))  # type: ignore[operator]
    handler = HANDLERS[job.handler]
    handler.on_failure(caught.value, str(job.id), (), {}, None)
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "let the account push to it, or use pull requests" in job.error


def test_an_absent_host_is_what_another_try_may_cure(pushing, learner):
    elsewhere = choice("https://gone.invalid/x.git")
    set_remote(hub=pushing, choice=elsewhere, actor=learner)
    relay.dispatch_events()
    job = Job.objects.waiting().get(handler=TASKS[1])
    handler = HANDLERS[job.handler]
    with pytest.raises(UnreachableError) as caught:
        handler(str(job.id))  # type: ignore[operator]
    assert isinstance(caught.value, handler.autoretry_for)


def test_a_remote_that_stays_away_is_tried_again_every_hour(pushing, far):
    address = far.path.rename(far.path.with_name("away.git"))
    Remote.objects.update(url="https://gone.invalid/x.git")
    relay.dispatch_events()
    job = Job.objects.waiting().get(handler=TASKS[1])
    with pytest.raises(UnreachableError) as caught:
        HANDLERS[TASKS[1]](str(job.id))  # type: ignore[operator]
    job.fail(str(caught.value))
    assert clock.record_due_pushes() == 0

    Remote.objects.update(away_at=timezone.now() - timedelta(minutes=11))
    assert [clock.record_due_pushes() for _ in range(2)] == [1, 0]
    Remote.objects.update(url=f"file://{address}")
    assert run_jobs()["push readme"].startswith("pushed ")
    assert Remote.objects.get().away_at is None


def test_what_a_person_has_to_mend_is_not_tried_again(pushing, far):
    far.hook("update", "echo 'GH006: Protected branch update failed' >&2; exit 1")
    with pytest.raises(ProtectedBranchError):
        run_jobs()
    assert Remote.objects.get().away_at is None
