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
    found = record.look_at_note(note, Surroundings(note.hub))
    with job.completion():
        job.result = record.record_note(note, found)


@handler(coalesce=True)
def recheck_links(job: Job) -> None:
    """The links of a hub that want another look."""
    assert job.hub is not None
    found = record.look_at_hub(job.hub, Surroundings(job.hub))
    with job.completion():
        job.result = record.record_hub(job.hub, found)


@handler(coalesce=True)
def find_copies(job: Job) -> None:
    """Copies of a hub's dead links in the archive of the web."""
    assert job.hub is not None
    found = archive.look_for_copies(job.hub)
    with job.completion():
        job.result = archive.record_copies(job.hub, found)
