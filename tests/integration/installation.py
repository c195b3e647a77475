"""A whole Nexus of real processes on a folder, a database and a broker of its own."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import environ
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connections
from django.db.utils import ConnectionHandler

from nexus import processes
from nexus.env import SQLITE_OPTIONS
from tests.integration.nodes import ROOT, LocalProcess, Undertaker, says
from tests.integration.servers import (
    Servers,
    free_port,
    listens,
    run_sql,
    temporary_folder,
)
from tests.notes.digests.smtp import Postman, mail_server

LEARNER, OPERATOR, PASSWORD = "ada", "grace", "counting-on-engines"
# The relay with little patience: what it has published, or claimed for publishing, and
# nobody has done comes round again within seconds instead of a minute.
IMPATIENT = """
import sys
from datetime import timedelta
import django
django.setup()
from django.core.management import call_command
from tasks import relay
relay.CLAIM = relay.REPUBLISH = timedelta(seconds=2)
call_command("relay")
"""


@dataclass(frozen=True)
class Shape:
    """Which broker and which database an installation stands on."""

    broker: str
    database: str

    def __str__(self) -> str:
        return f"{self.broker}-{self.database}"


@dataclass
class Installation:
    shape: Shape
    servers: Servers
    undertaker: Undertaker
    processes: dict[str, LocalProcess] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder = temporary_folder()
        self.data = self.folder / "data"
        self.port = free_port()
        self.broker: LocalProcess = getattr(self.servers, self.shape.broker)()
        cache = self.servers.valkey().url.removeprefix("redis+socket://")
        self.database_url = self._make_database()
        self.postman = Postman()
        self.stack = ExitStack()
        mail_port = self.stack.enter_context(mail_server(self.postman))
        self.env = {
            "DJANGO_SETTINGS_MODULE": "nexus.settings",
            "DATABASE_URL": self.database_url,
            "NEXUS_DATA_DIR": str(self.data),
            "NEXUS_BROKER_URL": self.broker.url,
            "NEXUS_CACHE_URL": f"unix://{cache.partition('?')[0]}?db=2",
            "NEXUS_BASE_URL": f"http://127.0.0.1:{self.port}",
            "NEXUS_LINKS_ALLOW_NETWORKS": "127.0.0.0/8",
            "NEXUS_REBUILD_SPACING_SECONDS": "1",
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        }
        self._add("web", processes.web("127.0.0.1", self.port).command)
        self._add("relay", processes.relay().command)
        self._add("worker", processes.worker().command)
        self._add("beat", processes.beat().command)
        self._add("impatient", [sys.executable, "-c", IMPATIENT])

    @property
    def relay(self) -> LocalProcess:
        return self.processes["relay"]

    @property
    def worker(self) -> LocalProcess:
        return self.processes["worker"]

    @property
    def web(self) -> LocalProcess:
        return self.processes["web"]

    def repository(self, slug: str) -> Path:
        return self.data / "hubs" / f"{slug}.git"

    def start(self) -> None:
        for name in ("web", "relay", "worker"):
            self.processes[name].start()
        for name in ("web", "relay", "worker"):
            self.processes[name].ready()

    def revive(self) -> None:
        """Everything runs that a test expects to run, and nothing else does."""
        usual = ("web", "relay", "worker")
        for name in self.processes.keys() - set(usual):
            self.processes[name].stop()
        for process in (self.broker, *(self.processes[name] for name in usual)):
            process.revive()

    def stop(self) -> None:
        for process in self.processes.values():
            process.stop()
        self.stack.close()
        shutil.rmtree(self.folder)

    def another(self, name: str, command: Sequence[str]) -> LocalProcess:
        """One more process, which `revive` stops."""
        process = self._add(name, command)
        process.start()
        process.ready()
        return process

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=os.environ | self.env,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def _add(self, name: str, command: Sequence[str]) -> LocalProcess:
        prompts = {
            "worker": " ready.",
            "beat": "beat: Starting",
            "tail": "listening for",
        }
        prompt = prompts.get(name.partition("-")[0])
        is_ready = says(prompt) if prompt else lambda _: True
        if name == "web":
            is_ready = lambda _: listens(self.port)  # noqa: E731
        self.processes[name] = LocalProcess(
            name,
            command,
            env=self.env,
            folder=self.folder,
            undertaker=self.undertaker,
            is_ready=is_ready,
            url=self.broker.url,
        )
        return self.processes[name]

    def _make_database(self) -> str:
        """A copy of a database that was migrated once in this test run."""
        self.data.mkdir()
        if self.shape.database == "sqlite":
            template = self.servers.folder / "template.sqlite3"
            if not template.exists():
                prepare(f"sqlite:///{template}")
                sqlite3.connect(template).execute("PRAGMA wal_checkpoint(TRUNCATE)")
            shutil.copy(template, self.data / "nexus.sqlite3")
            return f"sqlite:///{self.data / 'nexus.sqlite3'}"
        server = self.servers.postgresql()
        name = f"nexus_{self.port}"
        run_sql(server, f"CREATE DATABASE {name}")
        url = server.url.replace("/postgres?", f"/{name}?")
        prepare(url)
        return url


def prepare(url: str) -> None:
    with database(url):
        call_command("migrate", interactive=False, verbosity=0)
        # Few iterations: these tests are not about the strength of passwords.
        password = PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations=1000)
        User.objects.create(
            username=LEARNER,
            first_name="Ada",
            last_name="Learner",
            email="ada@example.org",
            password=password,
        )
        User.objects.create(username=OPERATOR, password=password, is_staff=True)


@contextmanager
def database(url: str) -> Iterator[None]:
    """Let the models and services of this process work on that database."""
    config = environ.Env.db_url_config(url)
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = SQLITE_OPTIONS
    usual = connections["default"]
    theirs = ConnectionHandler({"default": config})["default"]
    connections["default"] = theirs
    try:
        yield
    finally:
        theirs.close()
        connections["default"] = usual
