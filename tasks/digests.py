"""Handlers about the weekly digest and its subscribers."""

from __future__ import annotations

from notes.digests import compose, deliver
from notes.models import Job
from tasks.jobs import handler


@handler(queue="digests")
def send_confirmation(job: Job) -> None:
    """Ask a new subscriber whether it was really them."""
    subscription = job.event.subscription
    sent = deliver.send_confirmation(subscription)
    with job.completion():
        job.result = sent


@handler(queue="digests")
def compose_digest(job: Job) -> None:
    """Freeze what happened in a week into an edition with a delivery per subscriber."""
    with job.completion():
        job.result = compose.compose_edition(job.hub, week=job.event.data["week"])


@handler(queue="digests")
def send_digest(job: Job) -> None:
    """Send an edition to everybody who has not got it."""
    edition = job.hub.editions.get(week=job.event.data["week"])
    deliver.send_edition(edition)
    with job.completion():
        job.result = deliver.record_sent(edition)
