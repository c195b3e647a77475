"""From the database to the broker: dispatch events, publish jobs, announce facts.

The web process only writes rows. The relay reads them, and since it alone talks to the
broker on their behalf, a dead or frozen broker costs nobody a submission: the rows
wait. Each step is a short transaction that claims, then the network without one, then
a conditional update. A relay that dies in between leaves rows whose moment passes, and
the next one takes them up.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from notes.models import Event, Job
from notes.models.job import JobQuerySet
from tasks import cloudevents
from tasks.handlers import EVENT_HANDLERS, HANDLERS
from tasks.jobs import MAX_ATTEMPTS, WORKER_DIED, HandlerTask
from tasks.queues import EVENTS_EXCHANGE

BATCH = 200
REPUBLISH = timedelta(seconds=settings.NEXUS_REPUBLISH_SECONDS)
REPUBLISH_AT_MOST = timedelta(minutes=15)


def turn() -> int:
    """One round of everything; the number of rows that it moved."""
    return dispatch_events() + publish_jobs() + announce_events()


def dispatch_events() -> int:
    """Make the jobs of a batch of events, exactly once, in one transaction."""
    if not Event.objects.undispatched().exists():
        return 0
    with transaction.atomic():
        events = list(
            Event.objects.undispatched().select_for_update(
                skip_locked=True, of=("self",)
            )[:BATCH]
        )
        for (handler, hub_id), group in _by_handler_and_hub(events).items():
            _make_jobs(handler, hub_id, group)
        Event.objects.filter(id__in=[event.id for event in events]).update(
            dispatched_at=timezone.now()
        )
    return len(events)


def _by_handler_and_hub(
    events: Iterable[Event],
) -> dict[tuple[HandlerTask, int | None], list[Event]]:
    groups: dict[tuple[HandlerTask, int | None], list[Event]] = defaultdict(list)
    for event in events:
        for handler in EVENT_HANDLERS[event.kind]:
            groups[handler, event.hub_id].append(event)
    return groups


def _make_jobs(
    handler: HandlerTask, hub_id: int | None, events: Sequence[Event]
) -> None:
    if handler.coalesce:
        jobs = [_coalesced_job(handler, hub_id)] * len(events)
    else:
        jobs = [Job(handler=handler.name, hub_id=hub_id) for _ in events]
        Job.objects.bulk_create(jobs)
    Job.events.through.objects.bulk_create(
        Job.events.through(job_id=job.id, event_id=event.id)
        for job, event in zip(jobs, events, strict=True)
    )


def _coalesced_job(handler: HandlerTask, hub_id: int | None) -> Job:
    """The hub's job that has not begun, else a new one, spaced from the last.

    The row lock is what makes it safe to add to a waiting job: its run begins only
    after this transaction, and so sees what these events tell of.
    """
    jobs = Job.objects.filter(handler=handler.name).of_hub(hub_id)
    waiting = jobs.waiting().select_for_update(of=("self",)).order_by("id").first()
    if waiting:
        return waiting
    now = timezone.now()
    last = jobs.aggregate(started_at=Max("started_at"))["started_at"]
    due_at = max(now, last + handler.spacing) if last else now
    return Job.objects.create(handler=handler.name, hub_id=hub_id, due_at=due_at)


def publish_jobs() -> int:
    """Send a message for every job whose moment has come."""
    jobs = _claim_jobs()
    with _giving_back(jobs) as unsent:
        while unsent:
            job = unsent[0]
            HANDLERS[job.handler].apply_async((str(job.id),), task_id=str(job.id))
            unsent.popleft()
    return len(jobs)


def _claim_jobs() -> list[Job]:
    """Take the jobs that are due and set the moment at which they are due again.

    That moment is far enough away for a backlog to be worked off, and comes later each
    time, so that a slow worker does not find its queue filled with repetitions.
    """
    now = timezone.now()
    if not Job.objects.due(now).exists():
        return []
    with transaction.atomic():
        due = Job.objects.due(now).select_for_update(skip_locked=True, of=("self",))
        jobs = list(due[:BATCH])
        lost = [job for job in jobs if job.attempts >= MAX_ATTEMPTS]
        _rows(lost).update(
            state=Job.State.FAILED,
            finished_at=now,
            error=WORKER_DIED,
        )
        claimed = [job for job in jobs if job.attempts < MAX_ATTEMPTS]
        for publications, group in _by_publications(claimed):
            wait = min(REPUBLISH * 2 ** min(publications, 8), REPUBLISH_AT_MOST)
            _rows(group).update(
                state=Job.State.QUEUED,
                due_at=now + wait,
                publications=publications + 1,
            )
    return claimed


def _by_publications(jobs: Sequence[Job]) -> list[tuple[int, list[Job]]]:
    groups: dict[int, list[Job]] = defaultdict(list)
    for job in jobs:
        groups[job.publications].append(job)
    return list(groups.items())


def _rows(jobs: Iterable[Job]) -> JobQuerySet:
    return Job.objects.filter(id__in=[job.id for job in jobs])


@contextmanager
def _giving_back(jobs: Sequence[Job]) -> Iterator[deque[Job]]:
    """Make the jobs that the broker did not take due again at once, as if never tried.

    An outage must not use up the short waits: they are for messages that got lost.
    """
    unsent = deque(jobs)
    try:
        yield unsent
    finally:
        if unsent:
            _rows(unsent).waiting().update(
                due_at=timezone.now(), publications=F("publications") - 1
            )


def announce_events() -> int:
    """Publish facts to the exchange for outside consumers, at least once, in order."""
    events = list(Event.objects.unannounced().select_related("hub")[:BATCH])
    if not events:
        return 0
    with current_app.producer_or_acquire() as producer:
        for event in events:
            producer.publish(
                cloudevents.encode(event, source=settings.BASE_URL),
                exchange=EVENTS_EXCHANGE,
                routing_key=event.kind,
                content_type="application/cloudevents+json",
                content_encoding="utf-8",
                declare=[EVENTS_EXCHANGE],
                retry=False,
            )
    Event.objects.filter(id__in=[event.id for event in events]).update(
        announced_at=timezone.now()
    )
    return len(events)
