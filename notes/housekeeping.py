"""What is old enough to forget, and what has grown enough to tidy."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from notes.models import Event, Hub, Job, LinkCheck, Subscriber
from notes.readme import publisher, rebuild

KEEP = timedelta(days=90)
KEEP_UNCONFIRMED = timedelta(days=30)


def tidy_repositories() -> None:
    """Pack the repositories that hold many small packs; needs no transaction."""
    for hub in Hub.objects.all():
        publisher.tidy(rebuild.repository_of(hub))


def prune() -> str:
    """Delete finished jobs, their events and link checks older than KEEP.

    And addresses from which nobody confirmed: we have no business keeping them.
    Failed jobs stay until somebody has dealt with them, and so do events that carry a
    key: the key is what keeps a digest from falling due twice.
    """
    before = timezone.now() - KEEP
    jobs = Job.objects.filter(state=Job.State.SUCCEEDED, finished_at__lt=before)
    deleted_jobs = jobs.delete()[1].get("notes.Job", 0)
    events = Event.objects.filter(
        recorded_at__lt=before,
        dispatched_at__isnull=False,
        announced_at__isnull=False,
        key=None,
        jobs=None,
    )
    deleted_events = events.delete()[1].get("notes.Event", 0)
    deleted_checks = LinkCheck.objects.filter(checked_at__lt=before).delete()[0]
    typed = Subscriber.objects.unconfirmed(since=timezone.now() - KEEP_UNCONFIRMED)
    deleted_addresses = typed.delete()[1].get("notes.Subscriber", 0)
    return (
        f"forgot {deleted_jobs} jobs, {deleted_events} events, "
        f"{deleted_checks} link checks and {deleted_addresses} unconfirmed addresses"
    )
