"""`manage.py read_bounces`: takes what mail servers send back by mail."""

from __future__ import annotations

import mailbox
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from notes.digests import reports, returns

NO_REPORT = "is no report of a mail server, so nothing is changed"


class Command(BaseCommand):
    help = "Takes bounces and complaints from standard input or from a maildir."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "maildir",
            nargs="?",
            type=Path,
            help="Reads its new mails and marks them seen; else standard input.",
        )

    def handle(self, *, maildir: Path | None, **_: Any) -> None:
        """Succeeds whatever the mail is: a failing pipe makes the server bounce it."""
        try:
            for name, raw in _new(maildir) if maildir else _piped():
                report = reports.read(raw)
                said = returns.take(report) if report else NO_REPORT
                self.stdout.write(f"{name}: {said}")
        except OperationalError as error:
            # The mail server then keeps the mail and tries again.
            raise CommandError(str(error), returncode=os.EX_TEMPFAIL) from error


def _piped() -> Iterator[tuple[str, bytes]]:
    yield "the mail", sys.stdin.buffer.read(reports.MAX_BYTES)


def _new(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Each new mail; it counts as seen once it has been dealt with."""
    if not (folder / "new").is_dir():
        raise CommandError(f"{folder} is no maildir: it has no folder called new.")
    box = mailbox.Maildir(folder, create=False)
    for key in box.keys():  # noqa: SIM118
        mail = box.get_message(key)
        if mail.get_subdir() != "new":
            continue
        with box.get_file(key) as file:
            yield key, file.read(reports.MAX_BYTES)
        mail.set_subdir("cur")
        mail.add_flag("S")
        box[key] = mail
