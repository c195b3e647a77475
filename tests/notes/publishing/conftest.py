"""A hub whose README is pushed to a bare repository in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from notes import services
from notes.models import Event, Hub, Note, Remote
from notes.publishing import push
from notes.publishing.services import RemoteChoice, set_remote
from notes.readme import rebuild
from tests.notes.readme.repositories import Far

README = (
    "# Hub\n\n## Key Technologies\n\n- **Celery**: runs tasks\n- **Redis**: caches\n"
)

REBUILT = ["note.submitted", "note.edited", "note.withdrawn", "readme.imported"]


@pytest.fixture
def far(tmp_path: Path, settings: Settings) -> Far:
    settings.NEXUS_REMOTES_ALLOW_FILE = True
    return Far(tmp_path / "served" / "far.git")


def choice(url: str, **changes: str) -> RemoteChoice:
    values = {
        "branch": "main",
        "path": "README.md",
        "mode": Remote.Mode.DIRECT,
        "proposal": "",
        "username": "",
        "known_hosts": "",
    }
    return RemoteChoice(url=url, **(values | changes))


@pytest.fixture
def imported(hub: Hub, ada: User) -> Hub:
    """The hub with two notes in its README, committed."""
    services.import_readme(hub=hub, text=README, actor=ada)
    build(hub)
    return hub


@pytest.fixture
def remote(imported: Hub, far: Far, ada: User) -> Remote:
    return set_remote(hub=imported, choice=choice(far.url), actor=ada)


def build(hub: Hub) -> str:
    """What the worker does with the events that no build has seen yet."""
    waiting = Event.objects.filter(hub=hub, dispatched_at=None, kind__in=REBUILT)
    found = rebuild.build(hub, because_of=waiting)
    with transaction.atomic():
        rebuild.record(found)
        waiting.update(dispatched_at=timezone.now())
    return found.commit


def pushed(hub: Hub) -> str:
    """One run of the push, told in its own sentence."""
    found = push.push(hub)
    with transaction.atomic():
        return push.record(found)


def submit(hub: Hub, author: User, title: str) -> Note:
    section = hub.sections.get(title="Key Technologies")
    text = services.NoteText(section=section, title=title, body="new")
    return services.submit_note(hub=hub, author=author, text=text)
