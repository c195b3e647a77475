"""What became of the README on its way to the remote: one line for people."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.text import capfirst

from notes.models import Event, EventKind, Job, Remote
from notes.views.lines import Line, Panel, error_of, panel_of_line

# What sends a push on its way; the relay makes its job a moment later.
CAUSES = [
    EventKind.REMOTE_CHANGED,
    EventKind.HANDEDIT_SETTLED,
    EventKind.PUSH_FELL_DUE,
]
IN_WORDS: dict[str, str] = {
    Job.State.QUEUED: "The README waits to be pushed",
    Job.State.RUNNING: "The README is being pushed",
    Job.State.RETRYING: "The README could not be pushed yet and is tried again",
    Job.State.FAILED: "The README could not be pushed",
}


def panel_of(remote: Remote) -> Panel:
    return panel_of_line(line_of(remote), _causes(remote).last())


def line_of(remote: Remote) -> Line:
    """The state of the last push, or of the one that is about to begin."""
    causes = _causes(remote)
    jobs = Job.objects.filter(handler="tasks.readme.push_readme", events__in=causes)
    job = jobs.order_by("-created_at").first()
    is_due = causes.filter(dispatched_at=None).exists()
    if job and not (is_due and job.is_finished):
        words = IN_WORDS.get(job.state) or capfirst(job.result)
        return Line("remote", job.state, words, error_of(job))
    if remote.checked_at and not is_due:  # long ago: the ledger has forgotten it
        return Line("remote", Job.State.SUCCEEDED, f"The README is at {remote.place}")
    return Line("remote", Job.State.QUEUED, IN_WORDS[Job.State.QUEUED])


def _causes(remote: Remote) -> QuerySet[Event]:
    return Event.objects.filter(
        hub=remote.hub_id, kind__in=CAUSES, recorded_at__gte=remote.changed_at
    )
