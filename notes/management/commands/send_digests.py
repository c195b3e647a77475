"""`manage.py send_digests`: records which digests are due; workers compose and send."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from notes import services
from notes.digests.wording import many
from notes.models import Subscription


class Command(BaseCommand):
    help = "Records the digests that are due at a moment; the workers send them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--at", help="A moment such as 2026-11-23T07:00Z; now by default."
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what is due, record nothing."
        )

    def handle(self, *, at: str | None, dry_run: bool, **_: Any) -> None:
        moment = _moment(at) if at else timezone.now()
        due = services.digests_due(at=moment)
        if not dry_run:
            services.record_due_digests(at=moment)
        verb = "would be recorded" if dry_run else "recorded"
        for hub, week in due.items():
            following = Subscription.objects.active().following(hub)
            readers = following.values("subscriber").distinct().count()
            self.stdout.write(
                f"{hub.slug}: the digest of week {week} for "
                f"{many(readers, 'subscriber')} {verb} as due"
            )
        if not due:
            self.stdout.write(f"nothing new is due at {moment:%Y-%m-%d %H:%M %Z}")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(
            f"{text!r} is no moment; write it like 2026-11-23T07:00Z."
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
