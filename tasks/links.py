"""Handlers about the links in notes."""

from __future__ import annotations

from notes.links import archive, record
from notes.models import Job
from notes.readme.surroundings import Surroundings
from tasks.jobs import handler


@handler()
def check_links(job: Job) -> None:
    """The links of one note, right after it was submitted or edited."""
    note = job.event.note
    assert note is not None
    record.look_at_note(note, Surroundings(note.hub), by=job)
    with job.completion():
        job.result = record.record_note(note)


@handler(coalesce=True)
def recheck_links(job: Job) -> None:
    """A batch of a hub's links that want another look; the next batch is a new job."""
    assert job.hub is not None
    record.look_at_hub(job.hub, Surroundings(job.hub), by=job)
    with job.completion():
        job.result = record.record_hub(job.hub)


@handler(coalesce=True)
def find_copies(job: Job) -> None:
    """Copies of a hub's dead links in the archive of the web."""
    assert job.hub is not None
    found = archive.look_for_copies(job.hub)
    with job.completion():
        job.result = archive.record_copies(job.hub, found)
