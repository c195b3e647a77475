"""How far the check of a hub's links is: one line for people."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import capfirst

from notes.links.overrules import count_as_shown
from notes.links.summary import in_a_line
from notes.models import Event, EventKind, Hub, Job, Link
from notes.views import copies
from notes.views.lines import (
    PENDING,
    Line,
    Panel,
    error_of,
    panel_of_line,
    panel_of_lines,
)

# What sends a check on its way; the relay makes its job a moment later.
CAUSES = [
    EventKind.README_IMPORTED,
    EventKind.LINKS_CHECK_REQUESTED,
    EventKind.LINKS_FELL_DUE,
]
IN_WORDS: dict[str, str] = {
    Job.State.QUEUED: "The links wait for their check",
    Job.State.RUNNING: "The links are being checked",
    Job.State.RETRYING: "The links could not be checked yet; it is tried again",
    Job.State.FAILED: "The links could not be checked; an operator has to look at it",
}


def panel_of(hub: Hub) -> Panel:
    """The state of the check and, once it has ended, of the search for copies."""
    line = _line_of(hub)
    if line.state in PENDING:
        return panel_of_line(line, _causes(hub).last())
    found = copies.lines_of(hub, Link.objects.in_hub(hub))
    return panel_of_lines([line, *found], [copies.calls(hub).last()], links=[])


def _line_of(hub: Hub) -> Line:
    """The state of the last check, or of the one that is about to begin."""
    causes = _causes(hub)
    jobs = Job.objects.filter(handler="tasks.links.recheck_links", hub=hub)
    job = jobs.order_by("-created_at").first()
    is_due = causes.filter(dispatched_at=None).exists()
    if job and job.state in IN_WORDS and not (is_due and job.is_finished):
        return Line("links", job.state, _in_words(hub, job), error_of(job))
    if is_due:
        return Line("links", Job.State.QUEUED, IN_WORDS[Job.State.QUEUED])
    counts = count_as_shown(Link.objects.in_hub(hub), hub)
    return Line("links", Job.State.SUCCEEDED, capfirst(in_a_line(counts)))


def _in_words(hub: Hub, job: Job) -> str:
    words = IN_WORDS[job.state]
    left = Link.objects.in_hub(hub).due(timezone.now()).count()
    return f"{words}; {left} to go" if left and job.state in PENDING else words


def _causes(hub: Hub) -> QuerySet[Event]:
    return Event.objects.filter(hub=hub, kind__in=CAUSES)
