"""From the commit of a submission to the commit of the README, calm, embedded.

Beside it, in the same run and on the same broker: the round trip of a Celery task that
does nothing, the least that any way through a worker costs.
"""

from __future__ import annotations

import importlib
import os
import sqlite3
import statistics
import time
from datetime import datetime

from benchmarks.harness import Nexus, describe, nexus
from benchmarks.submit import submitting

NOTES = 60
PAUSE_SECONDS = 2.2  # calm: longer than the spacing of two rebuilds


def commit_to_readme(running: Nexus) -> list[float]:
    """Milliseconds from the event's row to the README_PUBLISHED that shows it."""
    post = submitting(running.port, running.password)()
    for number in range(NOTES):
        post(number)
        time.sleep(PAUSE_SECONDS)
    with sqlite3.connect(running.folder / "nexus.sqlite3") as database:
        rows = database.execute(
            "select event.recorded_at, job.finished_at from notes_event event "
            "join notes_job_events link on link.event_id = event.id "
            "join notes_job job on job.id = link.job_id "
            "where event.kind = 'note.submitted' and job.handler like '%rebuild_readme'"
        ).fetchall()
    return [1000 * (moment(end) - moment(begin)) for begin, end in rows]


def moment(text: str) -> float:
    return datetime.fromisoformat(f"{text}+00:00").timestamp()


def round_trips(running: Nexus) -> list[float]:
    """Milliseconds of a ping through the worker's control channel and of a task."""
    os.environ["NEXUS_DATA_DIR"] = str(running.folder)
    noop = importlib.import_module("benchmarks.noop")  # reads the folder as it loads
    times: list[float] = noop.round_trips(NOTES)
    return times


if __name__ == "__main__":
    with nexus() as running:
        way = commit_to_readme(running)
        print(f"commit → README committed: {describe(way)}")
        trips = round_trips(running)
        print(f"no-op task round trip: {describe(trips)}")
        ratio = statistics.median(way) / statistics.median(trips)
        print(f"commit → README / no-op round trip: {ratio:.1f}")
