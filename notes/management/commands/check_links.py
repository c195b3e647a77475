"""`manage.py check_links`: looks at links now, in this process, like the workers do.

Needs no broker, no worker and, for files, no database.
"""

from __future__ import annotations

import asyncio
import json
import sys
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand, CommandError

from notes.links import check, extract, mail, record, relative
from notes.links.check import Result
from notes.links.folder import Folder
from notes.links.kinds import sort_out
from notes.links.relative import Repository
from notes.links.summary import summary
from notes.links.verdicts import Verdict
from notes.models import Hub
from notes.readme import assembly, importer
from notes.readme.surroundings import Surroundings

BAR_WIDTH = 30


class Source(NamedTuple):
    """A text with what its relative links lead to."""

    name: str
    text: str
    around: Repository


class Place(NamedTuple):
    """Where a link stands."""

    source: str
    line: int
    url: str


Places = dict[str, list[Place]]
Found = tuple[Result, list[Place]]


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
        sources = [source_of(path) for path in files]
        if hub:
            sources.append(source_of_hub(hub))
        looks, write = Looks(sources), as_json_line if json else as_line
        told = Told(self, looks.count, write)
        for found in looks.in_repositories():
            told.tell(*found)
        asyncio.run(told.tell_all(looks.elsewhere()))
        if not json:
            self.stdout.write(summary(told.results))
        if any(result.verdict == Verdict.DEAD for result in told.results):
            sys.exit(1)


class Told:
    """Writes each result as it comes, below it on a terminal how far the looks are."""

    def __init__(
        self, command: Command, total: int, write: Callable[[Result, Place], str]
    ) -> None:
        self.results: list[Result] = []
        self._out, self._bar = command.stdout, command.stderr
        self._total, self._write = total, write

    async def tell_all(self, found: AsyncIterator[Found]) -> None:
        async for result, places in found:
            self.tell(result, places)

    def tell(self, result: Result, places: list[Place]) -> None:
        self.results.append(result)
        self._draw("\r\x1b[2K")
        for place in places:
            self._out.write(self._write(result, place))
        self._out.flush()
        if (done := len(self.results)) < self._total:
            filled = BAR_WIDTH * done // self._total
            bar = "█" * filled + "·" * (BAR_WIDTH - filled)
            self._draw(f"\r{bar} {done}/{self._total}")

    def _draw(self, text: str) -> None:
        if self._bar.isatty():
            self._bar.write(text, str, ending="")


class Looks:
    """The links of all sources, each looked at once; relative ones once a source."""

    def __init__(self, sources: list[Source]) -> None:
        self._relative: list[tuple[Source, Places]] = []
        self._others: Places = defaultdict(list)
        for source in sources:
            own: Places = defaultdict(list)
            self._relative.append((source, own))
            for link in extract.links(source.text):
                places = own if relative.is_relative(link.url) else self._others
                place = Place(source.name, link.line, link.url)
                places[link.url].append(place)
        self.count = len(self._others) + sum(len(own) for _, own in self._relative)

    def in_repositories(self) -> Iterator[Found]:
        for source, own in self._relative:
            urls = {url: url for url in own}
            for result in relative.look(urls, source.around):
                yield result, own[result.url]

    async def elsewhere(self) -> AsyncIterator[Found]:
        kinds, policy = sort_out(self._others), record.policy()
        async for result in mail.look(kinds.mail, canary_host=policy.canary_host):
            yield result, self._others[result.url]
        async for result in check.check_urls(kinds.web, policy=policy):
            yield result, self._others[result.url]


def as_line(result: Result, place: Place) -> str:
    return (
        f"{place.source}:{place.line}: {result.verdict} {place.url} "
        f"({result.reason.rstrip('.')})"
    )


def as_json_line(result: Result, place: Place) -> str:
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
    return json.dumps(row, ensure_ascii=False)


def source_of(path: Path) -> Source:
    try:
        text = importer.decode(path.read_bytes())
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except importer.ImportRefusedError as error:
        raise CommandError(f"{path}: {error}") from error
    return Source(str(path), text, Folder(path, text))


def source_of_hub(slug: str) -> Source:
    hub = Hub.objects.filter(slug=slug).first()
    if hub is None:
        raise CommandError(f"There is no hub {slug!r}.")
    return Source(slug, assembly.text(hub), Surroundings(hub))
