"""`manage.py import_readme`: a README that people kept by hand becomes a hub."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_slug
from django.db import transaction

from notes import services
from notes.errors import NexusError
from notes.models import Hub
from notes.readme import importer


class Command(BaseCommand):
    help = "Turns a README into a hub's sections and notes, losing nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--hub", required=True, metavar="SLUG")
        parser.add_argument("--title", help="The title of a hub that is new.")

    def handle(
        self, *_: Any, file: Path, hub: str, title: str | None, **__: Any
    ) -> None:
        try:
            validate_slug(hub)
            text = importer.decode(file.read_bytes())
            with transaction.atomic():
                receipt = services.import_readme(hub=find_hub(hub, title), text=text)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except ValidationError as error:
            raise CommandError(
                f"{hub!r} is no slug; use letters, digits, hyphens and underscores."
            ) from error
        except NexusError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(str(receipt))


def find_hub(slug: str, title: str | None) -> Hub:
    return Hub.objects.filter(slug=slug).first() or services.create_hub(
        slug=slug, title=title or slug.replace("-", " ").capitalize()
    )
