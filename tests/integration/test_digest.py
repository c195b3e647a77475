"""A digest goes out once to everybody while the parts of Nexus die around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from nexus import processes
from notes.digests.schedule import week_due
from notes.models import Delivery, Event, EventKind, Hub, Job, Note
from tasks import clock
from tasks.digests import send_digest
from tests.integration.hubs import Nexus
from tests.integration.nodes import until
from tests.notes.digests.smtp import Postman
from tests.notes.digests.weeks import add_readers

READERS = 240
CONNECTIONS = 8
State = Delivery.State


@pytest.fixture
def postman(nexus: Nexus) -> Iterator[Postman]:
    postman = nexus.installation.postman
    postman.delay_seconds = 0.05
    yield postman
    postman.delay_seconds = 0.0
    # What it still runs ends now: a worker whose broker dies in mid-job ends with it,
    # and the next test, which may take the broker away, has nobody to start it anew.
    nexus.worker.stop()


@pytest.fixture
def tick() -> Iterator[PeriodicTask]:
    """A beat that is in a hurry."""
    every_second, _ = IntervalSchedule.objects.get_or_create(every=1, period="seconds")
    task = PeriodicTask.objects.create(
        name="digests fall due, hurriedly",
        task=clock.record_due_digests.name,
        interval=every_second,
    )
    yield task
    task.delete()


def test_a_digest_reaches_everybody_once_whatever_dies_while_it_goes_out(
    nexus: Nexus, postman: Postman, tick: PeriodicTask
) -> None:
    prepare(nexus)
    installation = nexus.installation
    second = [*processes.worker().command, "--hostname", "second@%h"]
    other = installation.another("worker-2", second)
    beat = installation.processes["beat"]._command
    for number in (1, 2):
        installation.another(f"beat-{number}", beat)

    taken(postman, 40)
    deliver_again(nexus)
    other.kill()
    taken(postman, 80)
    nexus.worker.kill()
    nexus.worker.restart()
    taken(postman, 120)
    nexus.broker.kill()
    nexus.broker.restart()
    until(lambda: not is_going_out(nexus), seconds=90, what="the mails to leave")

    deliveries = Delivery.objects.filter(edition__hub=nexus.hub)
    deliveries.filter(state=State.SENDING).update(
        sending_at=F("sending_at") - timedelta(minutes=1)
    )
    deliveries.doubt_leftovers(timezone.now())
    counts, arrived = deliveries.counts(), Counter(postman.addresses)
    assert set(arrived.values()) == {1}
    assert counts[State.SENT] + counts[State.DOUBT] == READERS
    assert counts[State.SENT] <= len(arrived)
    # Two workers of two processes each were killed, one after the other.
    assert counts[State.DOUBT] <= 2 * processes.WORKER_PROCESSES * CONNECTIONS
    due = Event.objects.filter(hub=nexus.hub, kind=EventKind.DIGEST_FELL_DUE)
    assert due.count() == 1


def prepare(nexus: Nexus) -> None:
    """A note of last week and many who are to hear of it now."""
    week = week_due(timezone.now())
    nexus.submit_in_process("Told in the digest")
    Note.objects.filter(hub=nexus.hub).update(submitted_at=week.start)
    add_readers(nexus.hub, READERS, domain=f"{nexus.hub.slug}.example")
    Hub.objects.filter(pk=nexus.hub.pk).update(created_at=week.start)


def taken(postman: Postman, count: int) -> None:
    until(lambda: len(postman.mails) >= count, seconds=60, what=f"{count} mails")


def is_going_out(nexus: Nexus) -> bool:
    """Whether mails wait, or are on their way with somebody alive behind them."""
    deliveries = Delivery.objects.filter(edition__hub=nexus.hub)
    lately = timezone.now() - timedelta(seconds=3)
    on_their_way = deliveries.filter(state=State.SENDING, sending_at__gte=lately)
    return deliveries.queued().exists() or on_their_way.exists()


def deliver_again(nexus: Nexus) -> None:
    """As a broker does that was not sure whether a message had arrived."""
    running = Job.objects.filter(handler=send_digest.name, state=Job.State.RUNNING)
    for job in running:
        nexus.setup.app.send_task(
            send_digest.name,
            (str(job.id),),
            task_id=str(job.id),
            exchange="nexus.jobs",
            routing_key="digests",
        )
