"""The sender is killed while the mail server holds a message that it has taken."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.notes.digests.smtp import Postman, mail_server

ROOT = Path(__file__).resolve().parents[3]
READERS = [f"reader{number}@example.org" for number in range(8)]
KILLED_AT = [READERS[2], READERS[5]]


def start(folder: Path, port: int, *arguments: str) -> subprocess.Popen[str]:
    environment = {
        name: value for name, value in os.environ.items() if name != "DATABASE_URL"
    } | {
        "NEXUS_DATA_DIR": str(folder),
        "NEXUS_MAIL_SHARDS": "1",
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.notes.digests.sender", *arguments],
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
    )


def finish(process: subprocess.Popen[str]) -> str:
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return output.strip()


def states(folder: Path) -> dict[str, str]:
    with sqlite3.connect(folder / "nexus.sqlite3") as connection:
        return dict(
            connection.execute(
                "SELECT email, state FROM notes_delivery d"
                " JOIN notes_subscriber p ON p.id = d.subscriber_id"
            )
        )


def test_a_killed_sender_sends_nothing_twice_and_loses_nothing_silently(
    tmp_path: Path,
) -> None:
    postman = Postman()
    with mail_server(postman) as port:
        finish(start(tmp_path, port, "prepare", *READERS))
        for held in KILLED_AT:
            postman.is_holding.clear()
            postman.holds = {held}
            sender = start(tmp_path, port, "send")
            try:
                assert postman.is_holding.wait(60)
            finally:
                sender.kill()
                sender.communicate()
        postman.holds = set()
        finish(start(tmp_path, port, "age"))
        finish(start(tmp_path, port, "send"))
    assert Counter(postman.addresses) == Counter(READERS)
    expected = dict.fromkeys(READERS, "sent")
    assert states(tmp_path) == expected | dict.fromkeys(KILLED_AT, "doubt")
