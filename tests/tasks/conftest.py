"""A real, empty Valkey for the tests that publish."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings
from django.contrib.auth.models import User
from kombu import pools
from redis import Redis
from redis.exceptions import ConnectionError as NoConnectionError

from nexus.embedded import valkey_command
from notes import services
from notes.models import Event, EventKind, Hub, Job


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Redis]:
    """The broker that the tests' settings name, up for one test."""
    socket = settings.NEXUS_EMBEDDED_SOCKET
    server = subprocess.Popen(valkey_command(socket=socket, folder=tmp_path / "valkey"))
    client = Redis(unix_socket_path=str(socket))
    try:
        wait_until(lambda: answers(client))
        yield client
    finally:
        client.close()
        server.kill()
        server.wait()
        forget_connections()
        socket.unlink(missing_ok=True)


def forget_connections() -> None:
    """Celery keeps its connections in pools, those to the server that is gone too."""
    pools.reset()
    current_app._pool = current_app.amqp._producer_pool = None


def answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except NoConnectionError:
        return False


def wait_until(found: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain"
        time.sleep(0.02)


@pytest.fixture
def learner(db: None) -> User:
    return User.objects.create_user("ada", email="ada@example.org")


@pytest.fixture
def hub(db: None) -> Hub:
    return services.create_hub(slug="first", title="First hub")


@pytest.fixture
def job(hub: Hub) -> Job:
    """A job for one note.submitted event, not published yet."""
    event = Event.objects.create(kind=EventKind.NOTE_SUBMITTED, hub=hub)
    job = Job.objects.create(handler="tasks.links.check_links", hub=hub)
    job.events.add(event)
    return job
