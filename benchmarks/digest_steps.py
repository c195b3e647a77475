"""The steps of the digest's benchmark, each run in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import time
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "nexus.settings"
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.mail import get_connection  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from notes import services  # noqa: E402
from notes.digests import compose, deliver, pieces  # noqa: E402
from notes.digests.message import Letter  # noqa: E402
from notes.digests.schedule import Week  # noqa: E402
from notes.models import (  # noqa: E402
    Delivery,
    Edition,
    Hub,
    Note,
    Subscriber,
    Subscription,
)

WEEK = Week.of(timezone.now())
TEXT = "A task is given back **when** its worker dies, and `acks_late` is on. " * 9


def prepare() -> dict[str, Any]:
    """A week whose mail is about 10 KB."""
    call_command("migrate", verbosity=0)
    edition = _edition(_hub("sending", notes=1))
    return {"bytes": len(_letter(edition).to(Subscriber(pk=1, email="a@b.org")).raw)}


def _hub(slug: str, *, notes: int) -> Hub:
    hub = services.create_hub(slug=slug, title="Backend hub")
    section = hub.sections.get(kind="technology")
    author, _ = User.objects.get_or_create(username="ada")
    Note.objects.bulk_create(
        Note(
            hub=hub,
            section=section,
            author=author,
            title=f"Note {number}",
            body=TEXT,
            submitted_at=WEEK.start,
        )
        for number in range(notes)
    )
    return hub


def _edition(hub: Hub) -> Edition:
    draft = compose.draft(hub, week=str(WEEK))
    with transaction.atomic():
        compose.publish(draft, at=WEEK.end)
    return hub.editions.get()


def _letter(edition: Edition) -> Letter:
    return Letter.of([(edition, pieces.thaw(edition.pieces))])


def _queue(count: int) -> None:
    """So many new readers to whom the edition is due."""
    edition = Edition.objects.get(hub__slug="sending")
    now = timezone.now()
    taken = Subscriber.objects.count()
    for start in range(taken, taken + count, 5000):
        numbers = range(start, min(start + 5000, taken + count))
        readers = Subscriber.objects.bulk_create(
            Subscriber(email=f"reader{number}@example.org") for number in numbers
        )
        Subscription.objects.bulk_create(
            Subscription(
                subscriber=reader, hub=edition.hub, requested_at=now, confirmed_at=now
            )
            for reader in readers
        )
        Delivery.objects.bulk_create(
            Delivery(
                edition=edition, subscriber=reader, due_at=now, expires_at=WEEK.end
            )
            for reader in readers
        )


def nexus(count: str, _: str) -> dict[str, Any]:
    """Our sender: one shard, one process."""
    settings.NEXUS_MAIL_SHARDS = 1
    _queue(int(count))
    reverse("home")  # reads the addresses of all pages, once for each process
    begun = time.perf_counter()
    run = deliver.send_shard(0, seconds=600)
    took = time.perf_counter() - begun
    assert run.counts == {"sent": int(count)}, run.counts
    return {"per_second": int(count) / took}


def many(count: str) -> dict[str, Any]:
    """The memory of a process that does nothing but send to many readers."""
    pid = os.fork()
    if not pid:
        _queue(int(count))
        os._exit(0)
    os.waitpid(pid, 0)
    settings.NEXUS_MAIL_SHARDS = 1
    reverse("home")
    before = _peak()
    begun = time.perf_counter()
    run = deliver.send_shard(0, seconds=600)
    took = time.perf_counter() - begun
    assert run.counts == {"sent": int(count)}, run.counts
    return {
        "readers": int(count),
        "per_second": int(count) / took,
        "MiB before": before,
        "peak MiB": _peak(),
    }


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def send_mail(count: str, _: str) -> dict[str, Any]:
    """Django, a connection for each mail."""
    letter = _letter(Edition.objects.get(hub__slug="sending"))
    begun = time.perf_counter()
    for number in range(int(count)):
        letter.message(Subscriber(pk=number, email=f"r{number}@example.org")).send()
    return {"per_second": int(count) / (time.perf_counter() - begun)}


def persistent(count: str, _: str) -> dict[str, Any]:
    """Django, one connection for all mails."""
    letter = _letter(Edition.objects.get(hub__slug="sending"))
    begun = time.perf_counter()
    with get_connection() as connection:
        for number in range(int(count)):
            reader = Subscriber(pk=number, email=f"r{number}@example.org")
            connection.send_messages([letter.message(reader)])
    return {"per_second": int(count) / (time.perf_counter() - begun)}


def raw(count: str, lines: str) -> dict[str, Any]:
    """The bound: asyncio, prebuilt bytes, the next envelope with each message."""
    letter = _letter(Edition.objects.get(hub__slug="sending"))
    mail = letter.to(Subscriber(pk=1, email="reader@example.org")).raw
    begun = time.perf_counter()
    asyncio.run(_raw(mail, int(count), int(lines)))
    return {"per_second": int(count) / (time.perf_counter() - begun)}


async def _raw(mail: bytes, count: int, lines: int) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(lines):
            group.create_task(_raw_line(mail, count // lines))


async def _raw_line(mail: bytes, count: int) -> None:
    reader, writer = await asyncio.open_connection(
        settings.EMAIL_HOST, settings.EMAIL_PORT
    )
    await reader.readline()
    writer.write(b"EHLO x\r\n")
    for _ in range(3):
        await reader.readline()
    envelope = b"MAIL FROM:<a@b.org>\r\nRCPT TO:<reader@example.org>\r\nDATA\r\n"
    writer.write(envelope)
    for _ in range(3):
        await reader.readline()
    for _ in range(count):
        writer.write(mail + b".\r\n" + envelope)
        for _ in range(4):
            await reader.readline()
    writer.close()


def personalise() -> dict[str, Any]:
    letter = _letter(Edition.objects.get(hub__slug="sending"))
    readers = [Subscriber(pk=n, email=f"reader{n}@example.org") for n in range(5000)]
    letter.to(readers[0])
    begun = time.perf_counter()
    for reader in readers:
        _ = letter.to(reader)
    return {"us per reader": (time.perf_counter() - begun) / len(readers) * 1e6}


def compose_(count: str) -> dict[str, Any]:
    hub = _hub("composing", notes=int(count))
    compose.draft(Hub.objects.get(slug="sending"), week=str(WEEK))
    begun = time.perf_counter()
    compose.draft(hub, week=str(WEEK))
    return {"notes": int(count), "compose s": time.perf_counter() - begun}


STEPS = {
    step.__name__.rstrip("_"): step
    for step in (
        prepare,
        nexus,
        many,
        send_mail,
        persistent,
        raw,
        personalise,
        compose_,
    )
}

if __name__ == "__main__":
    print(json.dumps(STEPS[sys.argv[1]](*sys.argv[2:])))
