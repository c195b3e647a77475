"""The ledger's pages: for staff, failed first, with a button that runs a job again."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from notes.models import Job


@pytest.fixture
def staff(client: Client, operator) -> Client:
    client.force_login(operator)
    return client


@pytest.fixture
def failed(hub) -> Job:
    return Job.objects.create(
        handler="tasks.readme.rebuild_readme",
        hub=hub,
        state=Job.State.FAILED,
        error="The disk is <full>.",
        attempts=6,
    )


def test_who_is_not_logged_in_is_asked_to(client, failed):
    assert client.get("/jobs/").url == "/login/?next=/jobs/"


def test_ordinary_people_see_no_jobs(learner, failed):
    assert learner.get("/jobs/").status_code == 403
    assert learner.get(f"/jobs/{failed.pk}/").status_code == 403
    assert learner.post(f"/jobs/{failed.pk}/run-again/").status_code == 403
    failed.refresh_from_db()
    assert failed.state == Job.State.FAILED


def test_failed_jobs_stand_first_however_old(staff, failed):
    for _ in range(60):
        Job.objects.create(handler="tasks.links.check_links", hub=failed.hub)
    html = staff.get("/jobs/").content.decode()
    assert html.index("rebuild readme") < html.index("check links")
    assert "The disk is &lt;full&gt;." in html


def test_jobs_are_newest_first_and_fifty_a_page(staff, hub):
    jobs = [Job.objects.create(handler=f"tasks.x.job_{n:02}") for n in range(60)]
    first = staff.get("/jobs/").content.decode()
    second = staff.get("/jobs/?page=2").content.decode()
    assert first.index("job 59") < first.index("job 58")
    assert "job 09<" not in first
    assert f"/jobs/{jobs[9].pk}/" in second


def test_the_list_can_be_narrowed_to_a_state(staff, failed):
    Job.objects.create(handler="tasks.links.check_links", state=Job.State.RUNNING)
    html = staff.get("/jobs/?state=running").content.decode()
    assert "check links" in html
    assert "rebuild readme" not in html


def test_a_state_that_does_not_exist_shows_all(staff, failed):
    assert "rebuild readme" in staff.get("/jobs/?state=x'--").content.decode()


def test_a_job_shows_its_error_and_its_events(staff, failed, note):
    failed.events.add(note.events.get())
    html = staff.get(f"/jobs/{failed.pk}/").content.decode()
    assert "The disk is &lt;full&gt;." in html
    assert "note.submitted" in html
    assert note.get_absolute_url() in html


def test_a_failed_job_is_run_again_by_its_button(staff, failed):
    url = f"/jobs/{failed.pk}/run-again/"
    assert url in staff.get(f"/jobs/{failed.pk}/").content.decode()
    assert staff.get(url).status_code == 405
    response = staff.post(url)
    failed.refresh_from_db()
    assert (response.status_code, response.url) == (303, f"/jobs/{failed.pk}/")
    assert failed.state == Job.State.QUEUED


def test_a_running_job_is_not_started_a_second_time(staff, failed):
    Job.objects.update(state=Job.State.RUNNING)
    response = staff.post(f"/jobs/{failed.pk}/run-again/", follow=True)
    failed.refresh_from_db()
    assert failed.state == Job.State.RUNNING
    assert "Only a failed job can be run again" in response.content.decode()


def test_an_unknown_job_is_not_found(staff):
    assert staff.get(f"/jobs/{uuid4()}/").status_code == 404
