"""The cost of a rebuild as the hub grows: one new note in a README of 100 to 100,000.

A rebuild takes the submitted note, writes it in its section's manner, joins the
slices, commits the bytes and records all that. The reference is the least that any
rebuild has to do, without Django and Nexus: one bare SELECT of the same slices, and the
same bytes committed by one `git fast-import` with the same care for the disk. The two
take turns; the figures are medians. Peak memory is that of Python's objects.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(tempfile.mkdtemp(prefix="nexus-benchmark-"))
os.environ["NEXUS_DATA_DIR"] = str(FOLDER)
os.environ["DJANGO_SETTINGS_MODULE"] = "nexus.settings"

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from notes import services  # noqa: E402
from notes.models import Event, Hub, Note  # noqa: E402
from notes.readme import rebuild  # noqa: E402

SIZES = (100, 1_000, 10_000, 100_000)
ROUNDS = 15
PER_SECTION = 250
FSYNC = ("-c", "core.fsync=committed,reference", "-c", "fastimport.unpackLimit=1")
WIDTH = 40
SLICES = """
    select note.source, note.after from notes_note note
    join notes_section section on section.id = note.placed_in_id
    where note.hub_id = ? order by section.position, note.position, note.id
"""


def hub_of(size: int) -> Hub:
    """A hub with so many placed notes, in sections of PER_SECTION."""
    hub = services.create_hub(slug=f"hub-{size}", title=f"Hub of {size}")
    sections = [
        hub.sections.create(
            position=100 + n, title=f"Part {n}", opening=f"\n## Part {n}\n\n"
        )
        for n in range(max(1, size // PER_SECTION))
    ]
    Note.objects.bulk_create(
        (
            Note(
                hub=hub,
                section=sections[n % len(sections)],
                placed_in=sections[n % len(sections)],
                position=n,
                is_placed=True,
                title=f"Topic {n}",
                body="What we learnt about it, in one line.",
                source=f"- **Topic {n}**: What we learnt about it, in one line.\n",
            )
            for n in range(size)
        ),
        batch_size=2_000,
    )
    build(hub)
    return hub


def build(hub: Hub) -> None:
    built = rebuild.build(hub, because_of=Event.objects.none())
    with transaction.atomic():
        rebuild.record(built)


def submit(hub: Hub) -> None:
    section = hub.sections.exclude(entries=None).first()
    assert section
    text = services.NoteText(section=section, title="One more", body="A line.")
    services.submit_note(hub=hub, author=None, text=text)  # type: ignore[arg-type]


def bare(hub: Hub) -> None:
    """Select the slices and commit their bytes to a branch of their own."""
    with sqlite3.connect(FOLDER / "nexus.sqlite3") as database:
        rows = database.execute(SLICES, [hub.pk]).fetchall()
    readme = "".join(source + after for source, after in rows).encode()
    commit = b"commit refs/heads/bare\ncommitter a <a> now\ndata 1\na\n"
    file = b"M 100644 inline README.md\ndata %d\n%s\n" % (len(readme), readme)
    subprocess.run(
        ["git", *FSYNC, "fast-import", "--quiet", "--force", "--date-format=now"],
        cwd=rebuild.repository_of(hub),
        input=commit + file,
        check=True,
    )


def milliseconds(action: Callable[[Hub], None], hub: Hub) -> float:
    begin = time.perf_counter()
    action(hub)
    return (time.perf_counter() - begin) * 1000


def in_turn(hub: Hub) -> tuple[float, float]:
    """The median of a rebuild and of its reference, in milliseconds."""
    times = []
    for _ in range(ROUNDS):
        submit(hub)
        times.append((milliseconds(build, hub), milliseconds(bare, hub)))
    ours, reference = (statistics.median(column) for column in zip(*times, strict=True))
    return ours, reference


def peak_mebibytes(hub: Hub) -> float:
    submit(hub)
    tracemalloc.start()
    build(hub)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 2**20


def main() -> None:
    call_command("migrate", verbosity=0)
    print("   notes   rebuild ms   bare ms   ratio   peak MiB")
    rows = []
    for size in SIZES:
        hub = hub_of(size)
        ours, reference = in_turn(hub)
        rows.append((size, ours, reference))
        print(
            f"{size:8,} {ours:12.1f} {reference:9.1f} {ours / reference:7.2f} "
            f"{peak_mebibytes(hub):10.1f}"
        )
    longest = max(ours for _, ours, _ in rows)
    for size, ours, reference in rows:
        print(f"{size:8,} nexus {'█' * max(1, round(WIDTH * ours / longest))}")
        print(f"{'':8} bare  {'▒' * max(1, round(WIDTH * reference / longest))}")


if __name__ == "__main__":
    try:
        main()
    finally:
        shutil.rmtree(FOLDER)
        sys.stdout.flush()
