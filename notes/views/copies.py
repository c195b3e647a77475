"""What became of the question for copies of dead pages: one line for people."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet

from notes.digests.wording import many
from notes.models import Event, EventKind, Hub, Job
from notes.models.link import LinkQuerySet
from notes.views.lines import Line

IN_WORDS: dict[str, str] = {
    Job.State.QUEUED: "The archive is about to be asked for broken pages",
    Job.State.RUNNING: "The archive is being asked for broken pages",
    Job.State.RETRYING: "The archive does not answer yet and is asked again",
    Job.State.FAILED: "The archive did not answer; the next check asks it again",
}


def lines_of(hub: Hub, links: LinkQuerySet) -> list[Line]:
    """One line where an archive may be asked and some of the links are dead."""
    if not settings.NEXUS_LINKS_ARCHIVE_URL:
        return []
    dead = links.not_overruled_in(hub).dead_pages()
    state = _state(hub) if dead.without_copy().exists() else Job.State.SUCCEEDED
    if state in IN_WORDS:
        return [Line("copies", state, IN_WORDS[state])]
    answered = list(dead.answered().values_list("archived_copy__url", flat=True))
    if not answered:
        return []
    pages = many(len(answered), "broken page")
    text = f"The archive has {sum(map(bool, answered))} of {pages}"
    return [Line("copies", Job.State.SUCCEEDED, text)]


def calls(hub: Hub) -> QuerySet[Event]:
    """What has the archive asked; the relay makes a job of it a moment later."""
    return Event.objects.filter(hub=hub, kind=EventKind.LINKS_DIED)


def _state(hub: Hub) -> str:
    """The state of the last question, or of the one that is about to be asked."""
    jobs = Job.objects.filter(handler="tasks.links.find_copies", hub=hub)
    job = jobs.order_by("-created_at").first()
    if job and not job.is_finished:
        return job.state
    if calls(hub).filter(dispatched_at=None).exists():
        return Job.State.QUEUED
    return job.state if job else Job.State.SUCCEEDED
