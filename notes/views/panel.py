"""The live part of a note's page: what became of the last thing somebody did to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zlib import crc32

from django.utils import timezone
from django.utils.text import capfirst

from notes.digests import schedule
from notes.links.summary import summary
from notes.models import Event, EventKind, Job, Note, NoteLink

DEEDS = [EventKind.NOTE_SUBMITTED, EventKind.NOTE_EDITED, EventKind.NOTE_WITHDRAWN]
PENDING = {Job.State.QUEUED, Job.State.RUNNING, Job.State.RETRYING}
MARKS = {
    Job.State.QUEUED: "○",
    Job.State.RUNNING: "●",
    Job.State.RETRYING: "↻",
    Job.State.SUCCEEDED: "✓",
    Job.State.FAILED: "✗",
}
README_IN_WORDS: dict[str, str] = {
    Job.State.QUEUED: "README waits for its rebuild",
    Job.State.RUNNING: "README is being rebuilt",
    Job.State.RETRYING: "README could not be rebuilt yet and is tried again",
    Job.State.FAILED: "README could not be rebuilt; an operator has to look at it",
}
LINKS_IN_WORDS: dict[str, str] = {
    Job.State.QUEUED: "Links wait for their check",
    Job.State.RUNNING: "Links are being checked",
    Job.State.RETRYING: "Links could not be checked yet; it is tried again",
    Job.State.FAILED: "Links could not be checked; an operator has to look at it",
}


@dataclass(frozen=True)
class Line:
    """One thing with its state: a job's state, in words and as a mark."""

    subject: str
    state: str
    text: str
    error: str = ""

    @property
    def mark(self) -> str:
        return MARKS[Job.State(self.state)]


@dataclass(frozen=True)
class Panel:
    lines: list[Line]
    links: list[NoteLink] = field(default_factory=list)
    poll_every_ms: int = 0

    @property
    def fingerprint(self) -> str:
        """Differs when anything that the panel shows differs."""
        links = [(link.url, link.link.verdict, link.link.reason) for link in self.links]
        return f"{crc32(repr((self.lines, links, self.poll_every_ms)).encode()):08x}"


def panel_of(note: Note) -> Panel:
    """The panel of a note that came with its hub's README row; at most 3 queries."""
    event = note.events.filter(kind__in=DEEDS).order_by("-id").first()
    jobs = {job.name: job for job in event.jobs.order_by("created_at")} if event else {}
    links = list(note.note_links.select_related("link"))
    lines = [_readme_line(note, jobs.get("rebuild readme"))]
    if note.state == Note.State.PUBLISHED:
        lines += _link_lines(event, jobs.get("check links"), links)
        lines += _digest_lines(note)
    is_pending = any(line.state in PENDING for line in lines)
    if not (event and is_pending):
        return Panel(lines, links)
    return Panel(lines, links, poll_every_ms(event.recorded_at))


def poll_every_ms(since: datetime) -> int:
    """Often while somebody waits for it, seldom once it takes longer."""
    age = timezone.now() - since
    if age < timedelta(seconds=20):
        return 500
    return 2_000 if age < timedelta(minutes=2) else 10_000


def _readme_line(note: Note, job: Job | None) -> Line:
    readme = note.hub.readme
    if readme.shows(note.readme_version):
        is_published = note.state == Note.State.PUBLISHED
        what = "README published in" if is_published else "Gone from the README since"
        text = f"{what} {readme.short_commit}" if readme.commit else "In the README"
        return Line("readme", Job.State.SUCCEEDED, text)
    if job is None or job.state == Job.State.SUCCEEDED:
        return Line("readme", Job.State.QUEUED, README_IN_WORDS[Job.State.QUEUED])
    return Line("readme", job.state, README_IN_WORDS[job.state], error_of(job))


def _link_lines(
    event: Event | None, job: Job | None, links: list[NoteLink]
) -> list[Line]:
    if job and job.state in LINKS_IN_WORDS:
        return [Line("links", job.state, LINKS_IN_WORDS[job.state], error_of(job))]
    if job is None and event and event.dispatched_at is None:
        return [Line("links", Job.State.QUEUED, LINKS_IN_WORDS[Job.State.QUEUED])]
    if job or links:
        return [Line("links", Job.State.SUCCEEDED, _links_in_words(links))]
    return []


def error_of(job: Job) -> str:
    return job.error if job.state in {Job.State.RETRYING, Job.State.FAILED} else ""


def _digest_lines(note: Note) -> list[Line]:
    sentence = schedule.sentence_for(note)
    return [Line("digest", Job.State.SUCCEEDED, capfirst(sentence))]


def _links_in_words(links: Iterable[NoteLink]) -> str:
    """What the newest checks saw, which may be newer than this note's own."""
    return capfirst(summary({link.link_id: link.link for link in links}.values()))
