"""The command as a mail server's pipe runs it, and on a maildir."""

from __future__ import annotations

import io
import mailbox
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from notes.digests import message
from notes.models import Delivery, Subscriber
from tests.notes.digests.slips import RETURNED, bounce
from tests.notes.digests.weeks import make_edition, make_hub

READER = "reader@example.org"
pytestmark = pytest.mark.django_db


@pytest.fixture
def returned() -> bytes:
    """A bounce of a mail that went to READER."""
    edition = make_edition(make_hub(), READER)
    delivery = Delivery.objects.get()
    Delivery.objects.update(state="sent", sending_at=delivery.due_at)
    name = message.name_of([edition])
    ours = message.message_id(name, delivery.subscriber)
    return bounce(returned=RETURNED.replace("<0123456789abcdef@example.org>", ours))


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("read_bounces", *arguments, stdout=out)
    return out.getvalue()


def pipe(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> str:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    return run()


def test_a_bounce_from_a_pipe_is_taken(
    monkeypatch: pytest.MonkeyPatch, returned: bytes
) -> None:
    assert pipe(monkeypatch, returned) == (
        "the mail: the delivery is failed, the address gets nothing any more\n"
    )
    assert Subscriber.objects.get().refused_at


def test_a_mail_that_is_no_report_is_no_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = pipe(monkeypatch, b"Subject: On holiday\n\nBack on Monday.\n")
    assert said == "the mail: is no report of a mail server, so nothing is changed\n"


def test_without_a_database_the_mail_server_has_to_keep_the_mail(
    returned: bytes,
) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "read_bounces"],
        input=returned,
        env={**os.environ, "DATABASE_URL": "postgres://nexus:x@127.0.0.1:9/nexus"},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == os.EX_TEMPFAIL, done.stderr


def test_the_new_mails_of_a_maildir_are_taken_once(
    tmp_path: Path, returned: bytes
) -> None:
    box = mailbox.Maildir(tmp_path / "box", create=True)
    box.add(returned)
    box.add(b"Subject: Hello\n\nNo report.\n")
    said = run(str(tmp_path / "box"))
    assert said.count("\n") == 2
    assert "the delivery is failed" in said
    assert {mail.get_flags() for mail in box} == {"S"}
    assert {mail.get_subdir() for mail in box} == {"cur"}
    assert run(str(tmp_path / "box")) == ""


def test_a_folder_that_is_no_maildir_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is no maildir"):
        run(str(tmp_path))
