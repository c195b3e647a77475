"""The doctor: each check on the real part, well and broken."""

from __future__ import annotations

import http.server
import json
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from celery import current_app
from celery.contrib.testing.worker import start_worker
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import ConnectionHandler
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from pytest_django.fixtures import Settings
from redis import Redis
from redis.exceptions import RedisError

from nexus.doctor import checks, ground, work
from nexus.doctor.examination import examine
from nexus.doctor.findings import State
from nexus.embedded import valkey_command
from nexus.management.commands import doctor
from notes import services
from notes.models import Event, EventKind, Hub, Job, Readme
from notes.readme import publisher
from notes.readme.publisher import Author
from notes.readme.rebuild import repository_of
from tasks import schedule
from tasks.queues import SUBJECTS

CLOSED_PORT = 9  # discard: nobody serves it on a machine of this century


@pytest.fixture
def valkey(settings: Settings) -> Iterator[Path]:
    """The embedded server, where the settings of the tests expect it."""
    path = Path(settings.NEXUS_EMBEDDED_SOCKET)
    command = valkey_command(socket=path, folder=settings.DATA_DIR / "valkey")
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        wait_for(Redis(unix_socket_path=str(path)))
        yield path
        process.terminate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(client: Redis) -> None:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        with suppress(RedisError):
            if client.ping():
                return
        time.sleep(0.02)
    pytest.fail("the embedded server did not start")


@pytest.fixture
def hub(db: None) -> Hub:
    return services.create_hub(slug="garden", title="Garden")


def test_a_data_folder_of_our_own_is_fine(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    tmp_path.chmod(0o700)
    assert ground.data_folder().state == State.OK


def test_a_data_folder_that_others_may_read_is_told(
    settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    tmp_path.chmod(0o755)
    assert ground.data_folder().todo == f"run chmod 700 {tmp_path}"


def test_a_data_folder_that_is_gone_fails(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "gone"
    assert ground.data_folder().state == State.FAIL


@pytest.mark.parametrize(
    ("url", "allowed", "smtp", "state"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1", "", State.OK),
        ("https://nexus.example.org", "nexus.example.org", "mail", State.OK),
        ("http://127.0.0.1:8000", "127.0.0.1", "mail", State.WARN),
        ("http://nexus.example.org", "nexus.example.org", "", State.WARN),
        ("https://nexus.example.org", "localhost", "", State.FAIL),
    ],
)
def test_the_base_url_has_to_suit_what_is_served(
    settings: Settings, url: str, allowed: str, smtp: str, state: State
) -> None:
    settings.BASE_URL, settings.ALLOWED_HOSTS = url, [allowed]
    settings.EMAIL_HOST = smtp
    assert ground.base_url().state == state


def test_debug_is_told(settings: Settings) -> None:
    assert ground.debug().state == State.OK
    settings.DEBUG = True
    assert ground.debug().state == State.WARN


def test_git_is_needed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert ground.git_program().state == State.OK
    monkeypatch.setenv("PATH", str(tmp_path))
    assert ground.git_program().todo == "install git 2.31 or newer"


@pytest.mark.django_db
def test_the_database_is_named_when_it_answers() -> None:
    assert ground.database().what.startswith(connection.vendor)


@pytest.mark.django_db
def test_a_database_that_is_away_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    away = {"ENGINE": "django.db.backends.postgresql", "NAME": "nexus"}
    address = {"HOST": "127.0.0.1", "PORT": CLOSED_PORT}
    handler = ConnectionHandler({"default": away | address})
    monkeypatch.setattr(ground, "connection", handler["default"])
    assert ground.database().state == State.FAIL


def forget_the_newest_migration() -> None:
    recorder = MigrationRecorder(connection)
    newest = recorder.migration_qs.filter(app="notes").latest("name")
    recorder.record_unapplied("notes", newest.name)


@pytest.mark.django_db
def test_a_migration_that_is_missing_fails() -> None:
    assert ground.migrations().state == State.OK
    forget_the_newest_migration()
    assert ground.migrations().todo == "run manage.py prepare"


def test_a_published_readme_has_to_be_in_its_repository(hub: Hub) -> None:
    Readme.objects.filter(hub=hub).update(commit="a" * 40)
    lost = work.repositories()
    assert lost.state == State.FAIL
    assert "garden" in lost.what
    publisher.commit_readme(
        repository_of(hub),
        b"# Garden\n",
        author=Author("Ada", "ada@example.org"),
        message="Begin",
        when=timezone.now(),
    )
    assert work.repositories().state == State.OK


def test_a_hub_without_a_readme_yet_is_fine(hub: Hub) -> None:
    assert work.repositories().state == State.OK


def test_broker_and_cache_that_are_away_fail_within_seconds() -> None:
    begun = time.monotonic()
    assert ground.broker().state == State.FAIL
    assert ground.cache().state == State.FAIL
    assert time.monotonic() - begun < 5


def test_broker_and_cache_that_answer_are_fine(valkey: Path) -> None:
    assert ground.broker().state == State.OK
    assert ground.cache().state == State.OK


def test_a_password_of_the_broker_is_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = f"redis://:hidden@127.0.0.1:{CLOSED_PORT}/0"
    monkeypatch.setattr(current_app.conf, "broker_write_url", url)
    finding = ground.broker()
    assert f"127.0.0.1:{CLOSED_PORT}" in finding.what
    assert "hidden" not in finding.what


@pytest.mark.django_db
def test_an_event_that_waits_for_the_relay_fails_after_a_while() -> None:
    assert work.relay().what == "no event waits"
    event = Event.objects.create(kind=EventKind.HOUSEKEEPING_FELL_DUE)
    assert work.relay().state == State.OK
    event.recorded_at -= timedelta(minutes=2)
    event.save()
    assert work.relay().what == "an event waits for 0:02:00"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"state": Job.State.QUEUED}, State.OK),
        ({"state": Job.State.FAILED}, State.WARN),
        ({"state": Job.State.QUEUED, "publications": 3}, State.WARN),
        (
            {
                "state": Job.State.QUEUED,
                "due_at": timezone.now() - timedelta(minutes=2),
            },
            State.FAIL,
        ),
    ],
)
def test_jobs_tell_what_became_of_them(fields: dict[str, object], state: State) -> None:
    Job.objects.create(handler="tasks.readme.rebuild_readme", **fields)
    assert work.jobs().state == state


def test_no_worker_fails(valkey: Path) -> None:
    assert work.worker().what == "none answers"


def test_a_queue_that_no_worker_takes_from_fails(valkey: Path) -> None:
    with start_worker(
        current_app, pool="solo", perform_ping_check=False, queues=["readme", "links"]
    ):
        assert work.worker().what == (
            "nobody takes from the queues digests, clock, housekeeping"
        )


def test_a_worker_of_all_queues_is_named(valkey: Path) -> None:
    with start_worker(
        current_app, pool="solo", perform_ping_check=False, queues=list(SUBJECTS)
    ):
        assert work.worker().state == State.OK


@pytest.mark.django_db
def test_beat_is_fine_until_a_tick_is_late() -> None:
    assert work.beat().todo == "run manage.py prepare"
    schedule.install()
    assert work.beat().state == State.OK
    yesterday = timezone.now() - timedelta(days=1)
    PeriodicTask.objects.filter(name=schedule.SCHEDULE[0].name).update(
        last_run_at=yesterday
    )
    assert work.beat().state == State.FAIL


@pytest.mark.django_db
def test_a_schedule_that_is_switched_off_is_told() -> None:
    schedule.install()
    PeriodicTask.objects.update(enabled=False)
    assert work.beat().state == State.WARN


def test_mail_that_goes_to_files_is_told() -> None:
    assert ground.mail_server().todo == "set EMAIL_URL to send"


def test_a_mail_server_has_to_answer(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", CLOSED_PORT
    assert ground.mail_server().state == State.FAIL
    settings.EMAIL_PORT = free_port()
    server = Controller(Sink(), hostname="127.0.0.1", port=settings.EMAIL_PORT)
    server.start()
    try:
        assert ground.mail_server().state == State.OK
    finally:
        server.stop()


class Flower(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/flower/healthcheck" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""


def test_flower_is_asked_on_its_socket(settings: Settings, tmp_path: Path) -> None:
    settings.NEXUS_FLOWER_SOCKET = str(tmp_path / "flower.sock")
    assert work.flower_socket().state == State.WARN
    with socketserver.UnixStreamServer(settings.NEXUS_FLOWER_SOCKET, Flower) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        assert work.flower_socket().state == State.OK
        server.shutdown()


@pytest.mark.django_db
def test_one_cause_is_told_of_once() -> None:
    forget_the_newest_migration()
    found = dict(examine(checks.CHECKS))
    assert found["migrations"].state == State.FAIL
    for name in ("repositories", "relay", "jobs", "beat"):
        assert found[name].todo == "mend the migrations first"


def test_each_check_stands_on_one_that_is_made_before_it() -> None:
    names = [check.name for check in checks.CHECKS]
    assert len(names) == len(set(names))
    for number, check in enumerate(checks.CHECKS):
        assert check.needs in {"", *names[:number]}


@pytest.mark.django_db
def test_the_command_ends_with_the_number_of_failures() -> None:
    out = StringIO()
    with pytest.raises(CommandError, match=r"^2 of \d+ checks failed\.$"):
        call_command("doctor", stdout=out)
    lines = out.getvalue().splitlines()
    assert [text[6:12] for text in lines if text.startswith("fail")] == [
        "cache:",
        "broker",
    ]


@pytest.mark.django_db
def test_the_command_speaks_json() -> None:
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("doctor", "--json", stdout=out)
    rows = json.loads(out.getvalue())
    assert [row["name"] for row in rows] == [check.name for check in checks.CHECKS]
    assert {"name", "state", "what", "todo"} == set(rows[0])


def test_a_line_says_what_to_do() -> None:
    finding = ground.fail("not found", "install it")
    assert doctor.line("git", finding) == "fail  git: not found; install it"
    assert doctor.line("git", ground.ok("there")) == "ok    git: there"
