"""A process of its own that sends an edition, so that a test can kill it."""

from __future__ import annotations

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "nexus.settings"
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from notes.digests import deliver  # noqa: E402
from notes.models import Edition  # noqa: E402
from tests.notes.digests.weeks import make_edition, make_hub  # noqa: E402


def prepare(*readers: str) -> None:
    call_command("migrate", verbosity=0)
    make_edition(make_hub(), *readers)


def send() -> None:
    edition = Edition.objects.get()
    deliver.send_edition(edition, seconds=60)
    with transaction.atomic():
        print(deliver.record_sent(edition))


if __name__ == "__main__":
    {"prepare": prepare, "send": send}[sys.argv[1]](*sys.argv[2:])
