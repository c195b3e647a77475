"""Handlers about a hub's README."""

from __future__ import annotations

from django.conf import settings

from notes.models import Job
from notes.publishing import push
from notes.readme import rebuild
from tasks.jobs import handler


@handler(
    coalesce=True,
    spacing_seconds=settings.NEXUS_REBUILD_SPACING_SECONDS,
)
def rebuild_readme(job: Job) -> None:
    assert job.hub is not None
    build = rebuild.build(job.hub, because_of=job.events.all())
    with job.completion():
        rebuild.record(build)
        job.result = build.summary


@handler(coalesce=True)
def push_readme(job: Job) -> None:
    assert job.hub is not None
    found = push.push(job.hub)
    with job.completion():
        job.result = push.record(found)
