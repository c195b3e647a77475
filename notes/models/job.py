"""The ledger: one row per run of a handler, from queued to succeeded or failed.

The database is the truth, the broker only transport. ``due_at`` is the moment at which
the relay publishes the job (again) unless it is finished by then: now for a new job,
the end of its lease for a running one. So a lost message, a killed worker and a wiped
broker all end the same way: the moment passes and the job is published again.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from notes.models.event import Event
from notes.models.hub import Hub


class SupersededError(Exception):
    """Another run of this job took over; what this run did is rolled back."""


class JobQuerySet(models.QuerySet["Job"]):
    def waiting(self) -> Self:
        """Jobs whose next run has not begun, so it will see what is committed now."""
        return self.filter(state__in=[Job.State.QUEUED, Job.State.RETRYING])

    def of_hub(self, hub_id: int | None) -> Self:
        return self.filter(Q(hub_id=hub_id) if hub_id else Q(hub=None))

    def unfinished(self) -> Self:
        return self.exclude(state__in=[Job.State.SUCCEEDED, Job.State.FAILED])

    def failed(self) -> Self:
        return self.filter(state=Job.State.FAILED)

    def due(self, now: datetime) -> Self:
        """Jobs that the relay has to publish, the longest due first."""
        return self.unfinished().filter(due_at__lte=now).order_by("due_at")

    def start(
        self, job_id: str, *, lease: timedelta, worker: str, redelivered: bool
    ) -> Job | None:
        """Claim the job for one run; None when it is finished or somebody runs it.

        A message that the broker delivers again proves that the run before it is over
        or has lost its connection, so it takes over; ``attempts`` then keeps the
        earlier run, should it still be alive, from recording anything.
        """
        free = Q(state__in=[Job.State.QUEUED, Job.State.RETRYING])
        if redelivered:
            free |= Q(state=Job.State.RUNNING)
        now = timezone.now()
        claimed = self.filter(free, id=job_id).update(
            state=Job.State.RUNNING,
            attempts=F("attempts") + 1,
            started_at=now,
            due_at=now + lease,
            worker=worker,
        )
        return self.select_related("hub").get(id=job_id) if claimed else None

    def release(self, worker: str) -> int:
        """Give back what this worker ran before it was started anew."""
        running = self.filter(state=Job.State.RUNNING, worker=worker)
        return running.update(due_at=timezone.now())


class Job(models.Model):
    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        RETRYING = "retrying"
        SUCCEEDED = "succeeded"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    handler = models.CharField(max_length=80)
    hub = models.ForeignKey(Hub, models.CASCADE, null=True, related_name="jobs")
    events = models.ManyToManyField(Event, related_name="jobs")
    state = models.CharField(max_length=20, choices=State, default=State.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    publications = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    worker = models.CharField(max_length=200, blank=True)
    result = models.CharField(max_length=500, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=~Q(state__in=["succeeded", "failed"]),
                name="due_jobs",
            ),
            models.Index(fields=["handler", "hub", "state"]),
            models.Index(fields=["-created_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.id}"

    @property
    def name(self) -> str:
        """The handler as people read it: `rebuild readme`."""
        return self.handler.rpartition(".")[2].replace("_", " ")

    @property
    def is_finished(self) -> bool:
        return self.state in {self.State.SUCCEEDED, self.State.FAILED}

    @property
    def event(self) -> Event:
        """The event of a handler that runs once per event."""
        return self.events.select_related("hub", "note", "subscription").get()

    @contextmanager
    def completion(self) -> Iterator[Self]:
        """One transaction for the handler's effects and the ledger's last word.

        Set ``result`` inside. Raises SupersededError, undoing the effects, when another
        run has taken this job over.
        """
        with transaction.atomic():
            yield self
            if not self._finish(
                state=self.State.SUCCEEDED, result=self.result[:500], error=""
            ):
                raise SupersededError(str(self.id))
            self.state = self.State.SUCCEEDED

    @contextmanager
    def step(self) -> Iterator[Self]:
        """One transaction for a part of the effects, which a later run finds done.

        Raises SupersededError, undoing them, when another run has taken this job over.
        """
        with transaction.atomic():
            yield self
            if not self._this_run().update(attempts=F("attempts")):
                raise SupersededError(str(self.id))

    def retry(self, error: str, *, due_at: datetime) -> bool:
        """Another run is on its way; the relay steps in if it has not begun by then."""
        return (
            self._this_run().update(
                state=self.State.RETRYING, error=error, due_at=due_at
            )
            == 1
        )

    def fail(self, error: str) -> bool:
        """Nothing will run this job again until a person says so."""
        return self._finish(state=self.State.FAILED, error=error)

    def run_again(self) -> bool:
        """Queue a failed job anew, as if it had never run."""
        failed = Job.objects.failed().filter(id=self.id)
        return (
            failed.update(
                state=self.State.QUEUED,
                due_at=timezone.now(),
                attempts=0,
                publications=0,
                finished_at=None,
            )
            == 1
        )

    def _this_run(self) -> JobQuerySet:
        return Job.objects.filter(
            id=self.id, state=self.State.RUNNING, attempts=self.attempts
        )

    def _finish(self, **changes: Any) -> bool:
        count = self._this_run().update(finished_at=timezone.now(), **changes)
        return count == 1
