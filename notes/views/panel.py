"""The live part of a note's page: what became of the last thing somebody did to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.utils.text import capfirst

from notes.digests import schedule
from notes.links import overrules
from notes.links.summary import in_a_line
from notes.models import Event, EventKind, Job, Link, Note, NoteLink, PendingChange
from notes.views import copies
from notes.views.lines import PENDING, Line, Panel, error_of, panel_of_lines
from notes.views.remote_panel import line_of

DEEDS = [
    EventKind.NOTE_SUBMITTED,
    EventKind.NOTE_EDITED,
    EventKind.NOTE_MOVED,
    EventKind.NOTE_WITHDRAWN,
]
README_IN_WORDS: dict[str, str] = {
    Job.State.QUEUED: "README waits for its rebuild",
    Job.State.RUNNING: "README is being rebuilt",
    Job.State.RETRYING: "README could not be rebuilt yet and is tried again",
    Job.State.FAILED: "README could not be rebuilt; an operator has to look at it",
}
REMOTE_IN_WORDS: dict[str, str] = {
    Job.State.QUEUED: "README waits to be pushed to its repository",
    Job.State.RUNNING: "README is being pushed to its repository",
    Job.State.RETRYING: "README could not be pushed yet and is tried again",
    Job.State.FAILED: "README could not be pushed; a maintainer has to look at it",
    Job.State.SUCCEEDED: "README pushed to its repository",
}
REMOTE_WAITS = "README waits for a maintainer to look at hand edits before it is pushed"
LINKS_IN_WORDS: dict[str, str] = {
    Job.State.QUEUED: "Links wait for their check",
    Job.State.RUNNING: "Links are being checked",
    Job.State.RETRYING: "Links could not be checked yet; it is tried again",
    Job.State.FAILED: "Links could not be checked; an operator has to look at it",
}


def panel_of(note: Note) -> Panel:
    """The panel of a note that came with its hub's README and remote.

    3-6 queries, and up to 5 more while an archive may have copies of dead links.
    """
    event = note.events.filter(kind__in=DEEDS).order_by("-id").first()
    jobs = {job.name: job for job in event.jobs.order_by("created_at")} if event else {}
    links = list(note.note_links.select_related("link__archived_copy"))
    if links:
        overrules.attach([item.link for item in links], note.hub)
    lines = [_readme_line(note, jobs.get("rebuild readme")), *_remote_lines(note)]
    if not note.is_published:
        return panel_of_lines(lines, [event], links)
    link_lines = _link_lines(event, jobs.get("check links"), links)
    found = _copy_lines(note, link_lines, links)
    call = copies.calls(note.hub).last() if found else None
    lines += [*link_lines, *found, *_digest_lines(note)]
    return panel_of_lines(lines, [event, call], links)


def _readme_line(note: Note, job: Job | None) -> Line:
    readme = note.hub.readme
    if readme.shows(note.readme_version):
        gone = "Gone from the README since"
        what = "README published in" if note.is_published else gone
        text = f"{what} {readme.short_commit}" if readme.commit else "In the README"
        return Line("readme", Job.State.SUCCEEDED, text)
    if job is None or job.state == Job.State.SUCCEEDED:
        return Line("readme", Job.State.QUEUED, README_IN_WORDS[Job.State.QUEUED])
    return Line("readme", job.state, README_IN_WORDS[job.state], error_of(job))


def _remote_lines(note: Note) -> list[Line]:
    """Where the README goes besides, in words that any reader may see."""
    remote = getattr(note.hub, "remote", None)
    if remote is None or not note.hub.readme.shows(note.readme_version):
        return []
    if PendingChange.objects.pending(note.hub).exists():
        return [Line("remote", Job.State.QUEUED, REMOTE_WAITS)]
    line = line_of(remote)
    return [Line("remote", line.state, REMOTE_IN_WORDS[line.state])]


def _link_lines(
    event: Event | None, job: Job | None, links: list[NoteLink]
) -> list[Line]:
    if job and job.state in LINKS_IN_WORDS:
        return [Line("links", job.state, LINKS_IN_WORDS[job.state], error_of(job))]
    is_new_text = event is not None and event.kind != EventKind.NOTE_MOVED
    if job is None and event and is_new_text and event.dispatched_at is None:
        return [Line("links", Job.State.QUEUED, LINKS_IN_WORDS[Job.State.QUEUED])]
    if job or links:
        return [Line("links", Job.State.SUCCEEDED, _links_in_words(links))]
    return []


def _copy_lines(
    note: Note, link_lines: list[Line], links: list[NoteLink]
) -> list[Line]:
    """Once the links are checked, what an archive has in place of dead ones."""
    if not links or any(line.state in PENDING for line in link_lines):
        return []
    held = Link.objects.filter(pk__in=[item.link_id for item in links])
    return copies.lines_of(note.hub, held)


def _digest_lines(note: Note) -> list[Line]:
    sentence = schedule.sentence_for(note)
    return [Line("digest", Job.State.SUCCEEDED, capfirst(sentence))] if sentence else []


def _links_in_words(links: Iterable[NoteLink]) -> str:
    """What the newest checks saw, which may be newer than this note's own."""
    verdicts = {link.link_id: link.link.shown_verdict for link in links}
    return capfirst(in_a_line(Counter(verdicts.values())))
