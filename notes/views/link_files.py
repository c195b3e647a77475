"""The report on a hub's links as CSV and as JSON, line by line."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator

from django.conf import settings

from notes.links.relative import as_written
from notes.models import Link, Note

Lines = Iterator[str]
FIELDS = [
    "url",
    "verdict",
    "is_confirmed",
    "overruled_because",
    "status",
    "final_url",
    "reason",
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


def csv_lines(rows: Iterable[tuple[Link, list[Note]]]) -> Lines:
    writer = csv.DictWriter(_Echo(), FIELDS)
    yield str(writer.writeheader())
    for link, notes in rows:
        told = _told(link, notes) | {"notes": " ".join(_addresses(notes))}
        yield str(writer.writerow({name: harmless(told[name]) for name in FIELDS}))


def json_lines(rows: Iterable[tuple[Link, list[Note]]]) -> Lines:
    """One array, one link a line."""
    before = "[\n"
    for link, notes in rows:
        yield before + json.dumps(_told(link, notes), ensure_ascii=False)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def harmless(value: object) -> object:
    """A cell that no spreadsheet runs as a formula."""
    if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA):
        return f"'{value}"
    return value


def _told(link: Link, notes: list[Note]) -> dict[str, object]:
    return {
        "url": as_written(link.url),
        "verdict": link.verdict,
        "is_confirmed": link.is_confirmed,
        "overruled_because": link.overrule.reason if link.overrule else "",
        "status": link.status,
        "final_url": link.final_url,
        "reason": link.reason,
        "checked_at": link.checked_at.isoformat() if link.checked_at else None,
        "due_at": link.due_at.isoformat() if link.due_at else None,
        "notes": _addresses(notes),
    }


def _addresses(notes: list[Note]) -> list[str]:
    return [settings.BASE_URL + note.get_absolute_url() for note in notes]
