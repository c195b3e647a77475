"""`manage.py check_links`: looks at links now, in this process, like the workers do.

Needs no broker, no worker and, for files, no database.
"""

from __future__ import annotations

import asyncio
import json
import sys
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand, CommandError

from notes.links import check, extract, record
from notes.links.check import Result
from notes.links.summary import summary
from notes.links.verdicts import Verdict
from notes.models import Hub
from notes.readme import assembly, importer

BAR_WIDTH = 30


class Place(NamedTuple):
    """Where a link stands."""

    source: str
    line: int
    url: str


class Command(BaseCommand):
    help = "Checks the links of files or hubs now; exits 1 if any is dead."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
        parser.add_argument("--hub", metavar="SLUG", help="A hub's README.")
        parser.add_argument(
            "--json", action="store_true", help="One JSON object per link and line."
        )

    def handle(
        self, *_: Any, files: list[Path], hub: str | None, json: bool, **__: Any
    ) -> None:
        if not files and not hub:
            raise CommandError("Name a file or a hub: check_links README.md.")
        texts = {str(path): read(path) for path in files}
        if hub:
            texts[hub] = readme_of(hub)
        places = defaultdict(list)
        for place in find(texts):
            places[place.url].append(place)
        write = self.write_json if json else self.write_line
        results = asyncio.run(self.look(places))
        for result in sorted(results, key=lambda result: places[result.url][0]):
            for place in places[result.url]:
                write(result, place)
        if not json:
            self.stdout.write(summary(results))
        if any(result.verdict == Verdict.DEAD for result in results):
            sys.exit(1)

    async def look(self, places: Iterable[str]) -> list[Result]:
        urls = list(places)
        results = []
        async for result in check.check_urls(urls, policy=record.policy()):
            results.append(result)
            self.show_progress(len(results), len(urls))
        return results

    def show_progress(self, done: int, total: int) -> None:
        if not self.stderr.isatty():
            return
        filled = BAR_WIDTH * done // total
        bar = "█" * filled + "·" * (BAR_WIDTH - filled)
        self.stderr.write(f"\r{bar} {done}/{total}", ending="")
        if done == total:
            self.stderr.write("\r\x1b[2K", ending="")

    def write_line(self, result: Result, place: Place) -> None:
        self.stdout.write(
            f"{place.source}:{place.line}: {result.verdict} {place.url} "
            f"({result.reason.rstrip('.')})"
        )

    def write_json(self, result: Result, place: Place) -> None:
        row = {
            "url": place.url,
            "verdict": result.verdict,
            "status": result.status,
            "final_url": result.final_url,
            "redirects": [hop.target for hop in result.redirects],
            "reason": result.reason,
            "attempts": result.attempts,
            "elapsed_ms": result.elapsed_ms,
            "source": place.source,
            "line": place.line,
        }
        self.stdout.write(json.dumps(row, ensure_ascii=False))


def find(texts: dict[str, str]) -> Iterable[Place]:
    for source, text in texts.items():
        for link in extract.links(text):
            if link.url.lower().startswith(("http:", "https:")):
                yield Place(source, link.line, link.url)


def read(path: Path) -> str:
    try:
        return importer.decode(path.read_bytes())
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except importer.ImportRefusedError as error:
        raise CommandError(f"{path}: {error}") from error


def readme_of(slug: str) -> str:
    hub = Hub.objects.filter(slug=slug).first()
    if hub is None:
        raise CommandError(f"There is no hub {slug!r}.")
    return assembly.text(hub)
