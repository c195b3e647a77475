"""Handlers about the weekly digest and its subscribers."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from notes.digests import compose, deliver, preview
from notes.digests.schedule import Week
from notes.models import Job
from tasks.jobs import TIME_LIMIT_SECONDS, handler

# The last message may wait for a slow server until the time limit itself.
SENDING_SECONDS = TIME_LIMIT_SECONDS / 2


@handler()
def send_confirmation(job: Job) -> None:
    """Ask a new subscriber whether it was really them."""
    subscription = job.event.subscription
    assert subscription is not None
    sent = deliver.send_confirmation(subscription)
    with job.completion():
        job.result = sent


@handler()
def compose_digest(job: Job) -> None:
    """Freeze what happened in a week into an edition with a delivery per subscriber."""
    assert job.hub is not None
    due = job.event.data
    draft = compose.draft(job.hub, week=due["week"])
    at = max(datetime.fromisoformat(due["at"]), timezone.now())
    with job.completion():
        job.result = compose.publish(draft, at=at)


@handler()
def send_digest(job: Job) -> None:
    """Send what is due to a shard of the readers, or as much as one run has time for.

    Events of before there were shards have none; any shard will do for them.
    """
    shard = job.event.data.get("shard", 0)
    run = deliver.send_shard(shard, seconds=SENDING_SECONDS)
    with job.completion():
        job.result = deliver.record_run(shard, run)


@handler()
def send_test_digest(job: Job) -> None:
    """Send a digest to whoever asked to see it, and to nobody else."""
    assert job.hub is not None
    week = Week.parse(job.event.data["week"])
    sent = preview.send_test(job.hub, week, job.event.actor)
    with job.completion():
        job.result = sent
