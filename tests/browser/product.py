"""The whole product as people start it, on a data folder and a port of its own."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path
from typing import TypeVar

import psutil

ROOT = Path(__file__).resolve().parent.parent.parent
RESULTS = ROOT / "test-results"
START_SECONDS = 60
STOP_SECONDS = 20
BETWEEN_MAILS = re.compile(r"^-{79}\n", re.MULTILINE)
# Empty counts as unset, and keeps a developer's own .env out of the tests.
UNSET = ("DATABASE_URL", "NEXUS_BROKER_URL", "NEXUS_CACHE_URL", "EMAIL_URL")

Seen = TypeVar("Seen")


class Product:
    """`manage.py up`; every process of it ends with `stop`."""

    def __init__(self, *, archive: str) -> None:
        self.archive = archive
        self.folder = Path(tempfile.mkdtemp(prefix="nx-"))  # short: it holds sockets
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        RESULTS.mkdir(exist_ok=True)
        self.log_path = RESULTS / "up.log"
        with self.log_path.open("w") as log:
            self.process = subprocess.Popen(
                [*self._manage(), "up", "--bind", f"127.0.0.1:{self.port}"],
                cwd=ROOT,
                env=self._environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def log(self) -> str:
        return self.log_path.read_text()

    @property
    def admin_password(self) -> str:
        return (self.folder / "admin_password").read_text()

    def wait_until_ready(self) -> None:
        flower = self.folder / "run" / "flower.sock"
        until(
            lambda: (
                f"Nexus is ready at {self.address}/" in self.log
                and re.search(r"worker@\S+ ready", self.log)
                and flower.exists()
            ),
            what="every process",
            seconds=START_SECONDS,
        )

    def stop(self) -> None:
        """End it as an operator does, and prove that nothing is left of it."""
        try:
            family = psutil.Process(self.process.pid).children(recursive=True)
            self.process.terminate()
            assert self.process.wait(STOP_SECONDS) == 0, self.log[-2000:]
            assert psutil.wait_procs(family, timeout=5)[1] == []
            assert self.log.rstrip().endswith("| stopped")
            assert "Internal Server Error" not in self.log
        finally:
            self.process.kill()  # does nothing to one that has ended
            shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *arguments: str) -> str:
        """One command of the project beside the running product; its output."""
        done = subprocess.run(
            [*self._manage(), *arguments],
            cwd=ROOT,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def git(self, hub: str, *arguments: str) -> str:
        """What git says of a hub's repository."""
        command = ["git", f"--git-dir={self.repository(hub)}", *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, check=True
        ).stdout

    def repository(self, hub: str) -> Path:
        return self.folder / "hubs" / f"{hub}.git"

    def mails_to(self, address: str) -> list[EmailMessage]:
        """The mails to an address, oldest first."""
        return [mail for mail in self._mails() if mail["To"] == address]

    def _mails(self) -> list[EmailMessage]:
        files = (self.folder / "mail").glob("*")
        paths = sorted(files, key=lambda path: path.stat().st_mtime_ns)
        texts = [
            text
            for path in paths
            for text in BETWEEN_MAILS.split(path.read_bytes().decode())
        ]
        return [
            message_from_string(text, EmailMessage, policy=policy.default)
            for text in texts
            if text.strip()
        ]

    def _manage(self) -> list[str]:
        return [sys.executable, str(ROOT / "manage.py")]

    def _environment(self) -> dict[str, str]:
        kept = ("PATH", "HOME", "TMPDIR", "LANG")
        return {
            **{name: os.environ[name] for name in kept if name in os.environ},
            **dict.fromkeys(UNSET, ""),
            "NEXUS_DATA_DIR": str(self.folder),
            "NEXUS_BASE_URL": self.address,
            "NEXUS_LINKS_ALLOW_NETWORKS": "127.0.0.0/8",
            "NEXUS_LINKS_ARCHIVE_URL": self.archive,
        }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(look: Callable[[], Seen], *, what: str, seconds: float = 20) -> Seen:
    """The first thing worth having that ``look`` sees."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.1)
    return seen
