"""A test's own hub in a running installation: submit, wait, look."""

from __future__ import annotations

import subprocess
import uuid
from http import HTTPStatus
from typing import Any

from django.contrib.auth.models import User
from pytest_celery import CeleryTestBroker, CeleryTestSetup, CeleryTestWorker

from notes import services
from notes.models import Event, Hub, Job, Membership, Note, Readme, Section
from tests.integration.installation import LEARNER, PASSWORD, Installation
from tests.integration.nodes import LocalProcess, until
from tests.integration.people import Browser


class Nexus:
    def __init__(self, installation: Installation, setup: CeleryTestSetup) -> None:
        self.installation, self.setup = installation, setup
        assert isinstance(setup.broker, CeleryTestBroker)
        assert isinstance(setup.worker, CeleryTestWorker)
        self.broker, self.worker_node = setup.broker, setup.worker
        self.learner = User.objects.get(username=LEARNER)
        slug = f"hub-{uuid.uuid4().hex[:8]}"
        self.hub = services.create_hub(slug=slug, title="A hub of notes")
        Membership.objects.create(hub=self.hub, user=self.learner)
        self.section = section_for_notes(self.hub)
        self._browser: Browser | None = None

    @property
    def relay(self) -> LocalProcess:
        return self.installation.relay

    @property
    def worker(self) -> LocalProcess:
        return self.installation.worker

    @property
    def browser(self) -> Browser:
        if self._browser is None:
            self._browser = Browser(self.installation.port)
            self._browser.log_in(LEARNER, PASSWORD)
        return self._browser

    def post(self, title: str, body: str = "") -> tuple[int, str]:
        """Submit a note by the web form; the answer's status and where it leads."""
        return self.browser.post(
            f"/h/{self.hub.slug}/notes/new/",
            section=str(self.section.pk),
            title=title,
            body=body,
            problem="",
            solution="",
            tags="",
        )

    def submit(self, title: str, body: str = "") -> Note:
        status, location = self.post(title, body)
        assert status == HTTPStatus.SEE_OTHER
        note = Note.objects.get(title=title, hub=self.hub)
        assert location == note.get_absolute_url()
        return note

    def submit_in_process(self, title: str, body: str = "") -> Note:
        """Submit through the service that the form calls, without the web server."""
        text = services.NoteText(section=self.section, title=title, body=body)
        return services.submit_note(hub=self.hub, author=self.learner, text=text)

    def jobs(self, **conditions: Any) -> list[Job]:
        return list(
            Job.objects.filter(hub=self.hub, **conditions).order_by("created_at")
        )

    def job(self, handler: str) -> Job | None:
        return Job.objects.filter(hub=self.hub, handler__endswith=handler).first()

    def is_settled(self) -> bool:
        events = Event.objects.filter(hub=self.hub)
        readme = Readme.objects.get(hub=self.hub)
        return not (
            events.filter(dispatched_at=None).exists()
            or events.filter(announced_at=None).exists()
            or Job.objects.filter(hub=self.hub).unfinished().exists()
            or readme.published < readme.requested
        )

    def settle(self, seconds: float = 30) -> None:
        """Wait until nothing is left to do for this hub."""
        try:
            until(self.is_settled, seconds=seconds, what="the hub to settle", every=0.1)
        except AssertionError as error:
            for note in self.state():
                error.add_note(note)
            raise

    def state(self) -> list[str]:
        rows = [
            f"{job.name}: {job.state}, {job.attempts} runs, {job.publications} "
            f"publications, due {job.due_at:%H:%M:%S}, {job.error or job.result}"
            for job in self.jobs()
        ]
        everything = (self.installation.broker, *self.installation.processes.values())
        logs = [f"{process.name} said:\n{process.tail()}" for process in everything]
        return rows + logs

    def readme(self) -> str:
        return self.git("show", "main:README.md")

    def commits(self) -> list[str]:
        return self.git("log", "--format=%an <%ae>", "main").splitlines()

    def git(self, *arguments: str) -> str:
        repository = self.installation.repository(self.hub.slug)
        return subprocess.run(
            ["git", f"--git-dir={repository}", *arguments],
            check=True,
            capture_output=True,
            text=True,
        ).stdout


def section_for_notes(hub: Hub) -> Section:
    """The first section whose form asks for a title and a text only."""
    return (
        hub.sections.filter(level__gt=1)
        .exclude(kind="challenge")
        .order_by("position")[0]
    )
