"""`manage.py render_readme`: a hub's README, its exact bytes and nothing else."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notes.models import Hub
from notes.readme import assembly


class Command(BaseCommand):
    help = "Writes a hub's README, with every note accepted so far, to standard output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG")

    def handle(self, *_: Any, slug: str, **__: Any) -> None:
        hub = Hub.objects.filter(slug=slug).first()
        if hub is None:
            known = ", ".join(Hub.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no hub {slug!r}; the hubs are: {known}.")
        assembly.place_notes(hub)
        for chunk in assembly.chunks(hub):
            self.stdout.buffer.write(chunk)  # type: ignore[attr-defined]
        self.stdout.flush()
