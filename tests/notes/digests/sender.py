"""A process of its own that sends an edition, so that a test can kill it."""

from __future__ import annotations

import os
import sys
from datetime import timedelta

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "nexus.settings"
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django.db.models import F  # noqa: E402

from notes.digests import deliver  # noqa: E402
from notes.models import Delivery  # noqa: E402
from tests.notes.digests.weeks import (  # noqa: E402
    add_note,
    add_readers,
    make_hub,
    publish_week,
)


def prepare(readers: str) -> None:
    call_command("migrate", verbosity=0)
    hub = make_hub()
    add_readers(hub, int(readers))
    add_note(hub, body="Some text.")
    publish_week(hub)


def send() -> None:
    for shard in range(settings.NEXUS_MAIL_SHARDS):
        run = deliver.send_shard(shard, seconds=60)
        with transaction.atomic():
            deliver.record_run(shard, run)


def age() -> None:
    """As if a minute had passed."""
    Delivery.objects.update(sending_at=F("sending_at") - timedelta(minutes=1))


if __name__ == "__main__":
    {"prepare": prepare, "send": send, "age": age}[sys.argv[1]](*sys.argv[2:])
