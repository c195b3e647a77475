"""The processes of Nexus, each with its command line."""

from __future__ import annotations

import sys
from pathlib import Path

from django.conf import settings

from nexus.embedded import valkey_command
from nexus.supervisor import Program
from tasks.queues import SUBJECTS

BIN = Path(sys.executable).parent
WEB_THREADS = 4
WORKER_PROCESSES = 2
HEAD_START_SECONDS = 1.5  # the page comes first: on two cores all at once is slower
FLOWER_SAVES_EVERY_MS = 5_000


def programs(host: str, port: int) -> list[Program]:
    """Everything that `up` runs; Valkey only where the environment names no other."""
    wanted = [web(host, port), relay(), worker(), beat(), flower()]
    for program in wanted[1:]:
        program.delay = HEAD_START_SECONDS
    if str(settings.NEXUS_EMBEDDED_SOCKET) in f"{settings.BROKER_URL} {cache_url()}":
        command = valkey_command(
            socket=settings.NEXUS_EMBEDDED_SOCKET, folder=settings.DATA_DIR / "valkey"
        )
        wanted.insert(0, Program("valkey", command, is_stopped_last=True))
    return wanted


def cache_url() -> str:
    return str(settings.CACHES["default"]["LOCATION"])


def web(host: str, port: int) -> Program:
    options = ["--interface", "wsgi", "--host", host, "--port", str(port)]
    threads = ["--workers", "1", "--blocking-threads", str(WEB_THREADS)]
    target = "nexus.wsgi:application"
    return Program("web", [f"{BIN}/granian", *options, *threads, "--no-ws", target])


def relay() -> Program:
    return Program("relay", [sys.executable, "manage.py", "relay"])


def worker() -> Program:
    options = ["--concurrency", str(WORKER_PROCESSES), "--queues", ",".join(SUBJECTS)]
    quiet = ["--without-mingle", "--without-gossip", "--hostname", "worker@%h"]
    return celery("worker", *options, *quiet, "--loglevel", "INFO")


def beat() -> Program:
    return celery("beat", "--pidfile=", "--loglevel", "INFO")


def flower() -> Program:
    socket = Path(settings.NEXUS_FLOWER_SOCKET)
    socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    history = settings.DATA_DIR / "flower.db"
    program = celery(
        "flower",
        f"--unix_socket={socket}",
        "--url_prefix=flower",
        "--persistent=True",
        f"--db={history}",
        f"--state_save_interval={FLOWER_SAVES_EVERY_MS}",
    )
    # Flower's buttons are this API; its only door, the proxy, asks who presses them.
    program.environment = {"FLOWER_UNAUTHENTICATED_API": "true"}
    return program


def celery(name: str, *options: str) -> Program:
    command = [sys.executable, "-m", "celery", "-A", "nexus", name, *options]
    return Program(name, command)
