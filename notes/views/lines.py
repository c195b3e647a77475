"""The lines of a live panel: one thing each, with its state in words and as a mark."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zlib import crc32

from django.utils import timezone

from notes.models import Event, Job, Link, NoteLink

PENDING = {Job.State.QUEUED, Job.State.RUNNING, Job.State.RETRYING}
MARKS = {
    Job.State.QUEUED: "○",
    Job.State.RUNNING: "●",
    Job.State.RETRYING: "↻",
    Job.State.SUCCEEDED: "✓",
    Job.State.FAILED: "✗",
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
        links = [(one.url, one.lacks_anchor, *_told(one.link)) for one in self.links]
        return f"{crc32(repr((self.lines, links, self.poll_every_ms)).encode()):08x}"


def panel_of_lines(
    lines: list[Line], causes: Iterable[Event | None], links: list[NoteLink]
) -> Panel:
    """A panel that polls while something that the events caused is under way."""
    moments = [cause.recorded_at for cause in causes if cause]
    is_pending = any(line.state in PENDING for line in lines)
    if not (moments and is_pending):
        return Panel(lines, links)
    return Panel(lines, links, poll_every_ms(max(moments)))


def panel_of_line(line: Line, cause: Event | None) -> Panel:
    return panel_of_lines([line], [cause], links=[])


def _told(link: Link) -> tuple[str, bool, str, str, str]:
    said = link.overrule.reason if link.overrule else ""
    return link.verdict, link.is_confirmed, link.reason, link.replacement, said


def poll_every_ms(since: datetime) -> int:
    """Often while somebody waits for it, seldom once it takes longer."""
    age = timezone.now() - since
    if age < timedelta(seconds=20):
        return 500
    return 2_000 if age < timedelta(minutes=2) else 10_000


def error_of(job: Job) -> str:
    return job.error if job.state in {Job.State.RETRYING, Job.State.FAILED} else ""
