"""What the database and Celery cost around the link checker, on the same server.

A hub of 10,000 links, or of as many as the first argument says, taken down already,
falls due in a whole Nexus (`manage.py up`, two worker processes); the time is from the
event's row to the last link's. The reference is the engine alone at the same limits, in
one process, which writes nothing. Set DATABASE_URL to measure with PostgreSQL.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time

from benchmarks.harness import ROOT, environment, nexus
from benchmarks.links import COUNT, POLITE, plain, run, server

ROUNDS = 3
PER_NOTE = 20
LET_FALL_DUE = """
import time
import django
django.setup()
from django.db import transaction
from notes.events import record_event
from notes.models import EventKind, Hub, Link
hub = Hub.objects.get(slug="first-hub")
Link.objects.update(due_at=None, etag="", checked_at=None)
# An index answers it: whoever asks often must not take the cores that are measured.
waiting = Link.objects.filter(due_at=None).order_by()
with transaction.atomic():
    record_event(EventKind.LINKS_FELL_DUE, hub=hub)
begin = time.perf_counter()
while waiting.exists():
    time.sleep(0.05)
print(time.perf_counter() - begin)
assert not Link.objects.filter(checked_at=None).exists()
"""
FILL = """
import sys
import django
django.setup()
from django.db import transaction
from notes.links import record
from notes.models import Hub
from notes.readme import importer
hub = Hub.objects.get(slug="first-hub")
with transaction.atomic():
    importer.store(hub, sys.stdin.read())
    record.take_down(list(hub.notes.all()))
"""


def script(source: str, variables: dict[str, str], text: str = "") -> str:
    return subprocess.run(
        [sys.executable, "-c", source],
        cwd=ROOT,
        env={**variables, "DJANGO_SETTINGS_MODULE": "nexus.settings"},
        input=text,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def readme(links: list[str]) -> str:
    notes = [links[n : n + PER_NOTE] for n in range(0, len(links), PER_NOTE)]
    lines = "\n".join("- " + " ".join(map("<{}>".format, note)) for note in notes)
    return f"# Links\n\n## Key Technologies\n\n{lines}\n"


def main(count: int = COUNT) -> None:
    allowed = {"NEXUS_LINKS_ALLOW_NETWORKS": "127.0.0.0/8"}
    os.environ.update(allowed)
    with server() as where, nexus(**allowed) as running:
        links = plain(where.port, count)
        variables = environment(running.folder, **allowed)
        script(FILL, variables, readme(links))
        ratios = []
        for _ in range(ROUNDS):
            alone = run(where, "nexus", POLITE, links).seconds
            whole = float(script(LET_FALL_DUE, variables))
            ratios.append(whole / alone)
            print(f"  alone {alone:.2f} s, with all around it {whole:.2f} s")
            time.sleep(1)
        print(f"median: {statistics.median(ratios):.2f} times the engine alone")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
