"""Keeps the ledger, the outbox and the repositories from growing for ever."""

from __future__ import annotations

from notes import housekeeping
from notes.models import Job
from tasks.jobs import handler


@handler()
def prune_history(job: Job) -> None:
    housekeeping.tidy_repositories()
    with job.completion():
        job.result = housekeeping.prune()
