"""`manage.py up`: the whole product in one command."""

from __future__ import annotations

import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from nexus import env, firstrun, lifeline, processes
from nexus.supervisor import Supervisor

LOCK_WAIT_SECONDS = 10.0


class Command(BaseCommand):
    help = "Prepares what is missing, then runs and supervises every process."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--bind",
            default="127.0.0.1:8000",
            metavar="HOST:PORT",
            help="Where the web server listens (default 127.0.0.1:8000).",
        )

    def handle(self, *_: Any, bind: str, **__: Any) -> None:
        host, port = parse_bind(bind)
        lock = take_lock(settings.DATA_DIR / "run" / "up.lock")
        require_free_port(host, port)
        os.chdir(settings.BASE_DIR)
        # Links in mails lead to where this Nexus listens, unless told otherwise.
        os.environ["NEXUS_BASE_URL"] = env.text("NEXUS_BASE_URL", address(host, port))
        call_command("migrate", interactive=False, verbosity=0)
        created = firstrun.prepare()
        supervisor = Supervisor(
            processes.programs(host, port), lifeline=start_lifeline(lock)
        )
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, supervisor.stop)
        supervisor.run(Announcement(supervisor, host, port, created))


class Announcement:
    """Says once that Nexus is ready, as soon as its own page answers."""

    def __init__(
        self,
        supervisor: Supervisor,
        host: str,
        port: int,
        created: firstrun.Created,
    ) -> None:
        self.supervisor = supervisor
        self.host, self.port = host, port
        self.created = created
        self.is_made = False

    def __call__(self) -> None:
        if not self.is_made and answers(self.host, self.port):
            self.is_made = True
            for line in self.lines():
                self.supervisor.log.write("nexus", line)

    def lines(self) -> list[str]:
        url = f"{address(self.host, self.port)}/"
        lines = [
            f"Nexus is ready at {url}",
            f"Flower, for staff: {url}flower/ · admin: {url}admin/",
        ]
        if self.created.password:
            lines.append(
                f"Log in as {firstrun.ADMIN} with the password {self.created.password} "
                f"(also in {settings.DATA_DIR / 'admin_password'})"
            )
        else:
            lines.append(f"The admin's name is {firstrun.ADMIN}")
        return lines


def parse_bind(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not port.isdigit() or not 0 < int(port) < 65536:  # noqa: PLR2004
        raise CommandError(
            f"--bind {text!r} has to be HOST:PORT, such as 127.0.0.1:8000."
        )
    return host.strip("[]") or "127.0.0.1", int(port)


def address(host: str, port: int) -> str:
    """Where a browser on this machine finds the web server."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def take_lock(path: Path) -> IO[str]:
    """Make sure that this is the only Nexus in the data folder.

    Waits a little for one that is just ending.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = path.open("w")
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise CommandError(
                    f"Nexus already runs in {path.parent.parent}; stop it first, or "
                    "give this one a folder of its own with NEXUS_DATA_DIR."
                ) from error
            time.sleep(0.2)
        else:
            return lock


def require_free_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Nexus cannot listen on {host}:{port} ({error.strerror}); "
                f"choose another address with --bind {host}:{port + 1}, "
                f"or make run BIND={host}:{port + 1}."
            ) from error


def start_lifeline(lock: IO[str]) -> IO[bytes]:
    process = subprocess.Popen(
        [sys.executable, lifeline.__file__],
        stdin=subprocess.PIPE,
        start_new_session=True,
        pass_fds=[lock.fileno()],
    )
    assert process.stdin is not None
    return process.stdin


def answers(host: str, port: int) -> bool:
    """Whether the web process serves its first page."""
    connection = http.client.HTTPConnection(host, port, timeout=1)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()
