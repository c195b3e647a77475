"""The sender is killed, again and again, while mails are on their way."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.notes.digests.smtp import Postman, mail_server

ROOT = Path(__file__).resolve().parents[3]
READERS = 1000
KILLS = 10
CONNECTIONS = 8


def start(folder: Path, port: int, *arguments: str) -> subprocess.Popen[str]:
    environment = {
        name: value for name, value in os.environ.items() if name != "DATABASE_URL"
    } | {
        "NEXUS_DATA_DIR": str(folder),
        "NEXUS_MAIL_CONNECTIONS": str(CONNECTIONS),
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.notes.digests.sender", *arguments],
        cwd=ROOT,
        env=environment,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> None:
    assert process.wait(timeout=60) == 0


def states(folder: Path) -> dict[str, str]:
    with sqlite3.connect(folder / "nexus.sqlite3") as connection:
        return dict(
            connection.execute(
                "SELECT email, state FROM notes_delivery d"
                " JOIN notes_subscriber p ON p.id = d.subscriber_id"
            )
        )


def wait_for(postman: Postman, count: int) -> float:
    """Until the server has got so many mails; how long the first took to come."""
    begun, before = time.monotonic(), len(postman.mails)
    first = 0.0
    while len(postman.mails) < count:
        assert time.monotonic() - begun < 60
        if not first and len(postman.mails) > before:
            first = time.monotonic() - begun
        time.sleep(0.002)
    return first


@pytest.mark.timeout(180)
def test_a_sender_that_is_killed_ten_times_sends_nothing_twice_and_loses_nothing(
    tmp_path: Path,
) -> None:
    postman = Postman()
    postman.delay_seconds = 0.01
    with mail_server(postman) as port:
        finish(start(tmp_path, port, "prepare", str(READERS)))
        for kill in range(1, KILLS + 1):
            sender = start(tmp_path, port, "send")
            try:
                resumed = wait_for(postman, kill * READERS // (KILLS + 1))
            finally:
                sender.send_signal(signal.SIGKILL)
                sender.wait()
            assert resumed < 60
        finish(start(tmp_path, port, "send"))
        finish(start(tmp_path, port, "age"))
        finish(start(tmp_path, port, "send"))
    arrived, ledger = Counter(postman.addresses), states(tmp_path)
    in_doubt = {email for email, state in ledger.items() if state == "doubt"}
    assert set(arrived.values()) == {1}
    assert set(ledger.values()) <= {"sent", "doubt"}
    assert ledger.keys() - arrived.keys() <= in_doubt
    assert len(ledger) == READERS
    assert len(in_doubt) <= KILLS * CONNECTIONS
