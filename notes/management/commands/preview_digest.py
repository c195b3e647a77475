"""`manage.py preview_digest`: the exact bytes of a digest, sent already or not."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from notes.digests import preview
from notes.digests.message import Letter
from notes.digests.schedule import Week, WeekError
from notes.models import Hub, Subscriber

READER = Subscriber(id=0, email="reader@example.org")


class Command(BaseCommand):
    help = "Prints what the digest of a week is, or what it would be now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--hub", metavar="SLUG", help="Not needed with one hub.")
        parser.add_argument("--week", help="Such as 2026-W47; this week by default.")
        parser.add_argument("--format", choices=["eml", "html", "text"], default="eml")

    def handle(self, *, hub: str, week: str, format: str, **_: Any) -> None:  # noqa: A002
        chosen = _week(week)
        letter = _letter(_hub(hub), chosen)
        mail = letter.message(READER)
        match format:
            case "html":
                content = str(mail.alternatives[0][0]).encode()
            case "text":
                content = str(mail.body).encode()
            case _:
                content = letter.to(READER).raw
        self.stdout.buffer.write(content)  # type: ignore[attr-defined]
        self.stdout.flush()


def _week(text: str | None) -> Week:
    try:
        return Week.parse(text) if text else Week.of(timezone.now())
    except WeekError as error:
        raise CommandError(str(error)) from error


def _hub(slug: str | None) -> Hub:
    hubs = Hub.objects.filter(slug=slug) if slug else Hub.objects.all()
    match list(hubs[:2]):
        case [hub]:
            return hub
        case []:
            raise CommandError(f"There is no hub {slug or 'yet'}.")
    raise CommandError("There are several hubs; choose one with --hub SLUG.")


def _letter(hub: Hub, week: Week) -> Letter:
    edition = preview.edition_of(hub, week)
    if edition is None:
        raise CommandError(f"Nothing happened in week {week}, so nothing is sent.")
    return preview.letter_of(edition)
