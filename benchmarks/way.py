"""From the commit of a submission to the commit of the README, calm, embedded.

Beside it, in the same run and on the same broker: the round trip of a Celery task that
does nothing, the least that any way through a worker costs. With a number as argument
the hub holds so many notes before: `python -m benchmarks.way 10000`.
"""

from __future__ import annotations

import importlib
import os
import sqlite3
import statistics
import subprocess
import sys
import time
from datetime import datetime

from benchmarks.harness import ROOT, Nexus, describe, environment, nexus
from benchmarks.submit import submitting

NOTES = 40
START_SECONDS = 8  # the page answers before the worker has loaded
PAUSE_SECONDS = 2.2  # calm: longer than the spacing of two rebuilds


def fill(running: Nexus, notes: int) -> None:
    """Import a README of so many notes, half a kilobyte of headings aside."""
    items = "".join(
        f"- **Topic {n}**: What we learnt about it.\n" for n in range(notes)
    )
    readme = running.folder / "large.md"
    readme.write_text(f"# Large\n\n## Key Technologies\n\n{items}")
    subprocess.run(
        [sys.executable, "manage.py", "import_readme", readme, "--hub", "first-hub"],
        cwd=ROOT,
        env=environment(running.folder),
        check=True,
    )
    time.sleep(PAUSE_SECONDS)


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
        if len(sys.argv) > 1:
            fill(running, int(sys.argv[1]))
        time.sleep(START_SECONDS)
        way = commit_to_readme(running)
        trips = round_trips(running)
        print(f"commit → README committed: {describe(way)}")
        print(f"no-op task round trip: {describe(trips)}")
        ratio = statistics.median(way) / statistics.median(trips)
        print(f"commit → README / no-op round trip: {ratio:.1f}")
