"""The handler decorator: a Celery task whose ledger row keeps itself.

A handler does its slow work without a transaction; its effects and the ledger's
"succeeded" are then one transaction, both or neither:

    @handler()
    def push_readme(job: Job) -> None:
        found = push.push(job.hub)
        with job.completion():
            job.result = push.record(found)
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from celery import shared_task
from celery.contrib.django.task import DjangoTask
from celery.signals import worker_ready
from django.utils import timezone

from notes.errors import NexusError, TransientError
from notes.models import Job

TIME_LIMIT_SECONDS = 120
MAX_RETRIES = 5
MAX_BACKOFF_SECONDS = 120
RETRY_MARGIN = timedelta(seconds=30)
MAX_ATTEMPTS = 10
WORKER_DIED = f"Its worker died in each of {MAX_ATTEMPTS} runs."

if TYPE_CHECKING:
    Base = DjangoTask[..., None]
else:
    Base = DjangoTask


class HandlerTask(Base):
    """Claims the job, runs the body, and records how it ended."""

    abstract = True
    coalesce = False
    spacing = timedelta(0)
    autoretry_for = (TransientError,)
    max_retries = MAX_RETRIES
    retry_backoff = 2
    retry_backoff_max = MAX_BACKOFF_SECONDS
    retry_jitter = True
    time_limit = TIME_LIMIT_SECONDS
    soft_time_limit = TIME_LIMIT_SECONDS - 10
    job: Job | None = None

    def __call__(self, job_id: str) -> None:
        self.job = Job.objects.start(
            job_id,
            lease=timedelta(seconds=self.time_limit + 10),
            worker=self.request.hostname or "",
            redelivered=bool((self.request.delivery_info or {}).get("redelivered")),
        )
        if self.job is None:
            return
        if self.job.attempts > MAX_ATTEMPTS:  # the broker would deliver it for ever
            self.job.fail(WORKER_DIED)
            return
        self.run(self.job)

    def retry(self, *args: Any, **options: Any) -> Any:
        """Tell the ledger first: a worker could begin the next run before it knows.

        Celery sends the next run; should it get lost, the relay does.
        """
        if self.job and self.request.retries < self.max_retries:
            wait = timedelta(seconds=options["countdown"]) + RETRY_MARGIN
            self.job.retry(describe(options["exc"]), due_at=timezone.now() + wait)
        return super().retry(*args, **options)

    def on_failure(self, exc: Exception, *_: Any) -> None:
        if self.job:
            self.job.fail(describe(exc))


def handler(
    *, coalesce: bool = False, spacing_seconds: float = 0
) -> Callable[[Callable[[Job], None]], HandlerTask]:
    """Make a function a handler; the queue of its jobs is its module's name.

    With ``coalesce`` the events of one hub share a job as long as it has not begun,
    and two runs begin at least ``spacing_seconds`` apart: a burst costs a few runs.
    """
    return shared_task(
        base=HandlerTask,
        coalesce=coalesce,
        spacing=timedelta(seconds=spacing_seconds),
    )


def describe(error: BaseException) -> str:
    """An error as the jobs page shows it: its own sentence, or its type with it."""
    text = str(error).strip()
    if isinstance(error, NexusError) and text:
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


@worker_ready.connect
def release_orphans(sender: Any, **_: Any) -> None:
    """A worker that has just started runs nothing yet, whatever the ledger says."""
    Job.objects.release(sender.hostname)
