"""The report on a hub's links as CSV and as JSON, line by line."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

from django.conf import settings

from notes.links.relative import as_written
from notes.links.report import missing_anchors, notes_of
from notes.models import Link, Note, NoteLink

Rows = Iterable[tuple[Link, list[NoteLink]]]
Lines = Iterator[str]
FIELDS = [
    "url",
    "verdict",
    "is_confirmed",
    "overruled_because",
    "status",
    "final_url",
    "reason",
    "missing_anchors",
    "checked_at",
    "due_at",
    "notes",
]
# A spreadsheet takes a cell that begins so for a formula and runs it.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class _Echo:
    """Hands each line back in place of storing it."""

    def write(self, line: str) -> str:
        return line


def csv_lines(rows: Rows) -> Lines:
    writer, address = csv.DictWriter(_Echo(), FIELDS), cache(_address)
    yield str(writer.writeheader())
    for link, places in rows:
        told = _told(link, places, address)
        for name in ("missing_anchors", "notes"):
            told[name] = " ".join(told[name])
        yield str(writer.writerow({name: harmless(told[name]) for name in FIELDS}))


def json_lines(rows: Rows) -> Lines:
    """One array, one link a line."""
    before, address = "[\n", cache(_address)
    for link, places in rows:
        yield before + json.dumps(_told(link, places, address), ensure_ascii=False)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def harmless(value: object) -> object:
    """A cell that no spreadsheet runs as a formula."""
    if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA):
        return f"'{value}"
    return value


def _address(note: Note) -> str:
    return settings.BASE_URL + note.get_absolute_url()


def _told(
    link: Link, places: list[NoteLink], address: Callable[[Note], str]
) -> dict[str, Any]:
    return {
        "url": as_written(link.url),
        "verdict": link.verdict,
        "is_confirmed": link.is_confirmed,
        "overruled_because": link.overrule.reason if link.overrule else "",
        "status": link.status,
        "final_url": link.final_url,
        "reason": link.reason,
        "missing_anchors": missing_anchors(places),
        "checked_at": link.checked_at.isoformat() if link.checked_at else None,
        "due_at": link.due_at.isoformat() if link.due_at else None,
        "notes": [address(note) for note in notes_of(places)],
    }
