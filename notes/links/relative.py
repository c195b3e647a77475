"""Links within a README and its repository, judged by what is there: no network."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Protocol
from urllib.parse import quote, unquote

from notes.links.anchors import (
    FOR_SCRIPTS,
    GITHUB_PREFIX,
    TEXT_DIRECTIVE,
    markdown_anchors,
)
from notes.links.results import Result
from notes.links.urls import SCHEME, cut, split_fragment
from notes.links.verdicts import Verdict

MARKDOWN = (".md", ".markdown", ".mdown", ".mkd")
OUTSIDE = re.compile(r"\.\.(?:/|$)")
SPACE = re.compile(r"\s")
SHOWN = 120

Anchors = Callable[[str], frozenset[str]]


class Repository(Protocol):
    """A README among the files of its repository; paths count from the root."""

    @property
    def path(self) -> str:
        """Where the README stands: `README.md`, `docs/README.md`."""
        ...

    @property
    def is_there(self) -> bool:
        """Whether the files can be looked at from here."""
        ...

    def has(self, path: str) -> bool:
        """Tell whether there is such a file or folder."""
        ...

    def text(self, path: str) -> str:
        """Return the text of a file that is there."""
        ...


def is_relative(url: str) -> bool:
    """Tell whether a link stays within its site: it names no scheme and no host."""
    return SCHEME.match(url) is None and not url.startswith("//")


def in_hub(url: str, hub: int) -> str:
    """Return the form of a relative link that one hub alone has: `7/docs/x.md#y`."""
    path, mark, rest = cut(url.strip(), "?#")
    return f"{hub}/{_shortened(path)}{mark}{rest}"


def _shortened(path: str) -> str:
    """Return the path without detours; where it leads, in or out, stays as it is."""
    # A space that the shorter path begins or ends with would be cut off next time.
    kept = SPACE.sub(lambda found: quote(found[0]), path)
    short = posixpath.normpath(kept.lstrip("/")) if path else ""
    if not path.startswith("/"):
        return short
    return "/" if short == "." else f"/{short}"


def as_written(url: str) -> str:
    """Return what a link of one hub was made from; all others stay as they are."""
    return url.partition("/")[2] if is_relative(url) else url


def look(urls: Mapping[str, str], around: Repository) -> Iterator[Result]:
    """Look at relative links, each as written under the name that its result gets."""
    anchors = cache(lambda path: markdown_anchors(around.text(path)))
    for name, url in urls.items():
        verdict, reason = _judge(url.strip(), around, anchors)
        yield Result(name, verdict, reason, attempts=1)


def _judge(url: str, around: Repository, anchors: Anchors) -> tuple[Verdict, str]:
    if not url:
        return Verdict.DEAD, "The link is empty."
    page, fragment = split_fragment(url)
    path = _from_root(page.partition("?")[0], around.path)
    if path != around.path:
        if OUTSIDE.match(path):
            return Verdict.UNSUPPORTED, "It leads out of the repository."
        if not around.is_there:
            return Verdict.UNCHECKED, "The repository's files are not on this machine."
        if not around.has(path):
            return Verdict.DEAD, f"The repository has no {path[:SHOWN]}."
    is_document = path == around.path or path.lower().endswith(MARKDOWN)
    return _place(path, fragment, anchors if is_document else None)


def _from_root(page: str, readme: str) -> str:
    """Return the page's path; no page is the README itself."""
    if not page:
        return readme
    folder = "" if page.startswith("/") else posixpath.dirname(readme)
    path = posixpath.join(folder, unquote(page).lstrip("/"))
    return posixpath.normpath(path)


def _place(path: str, fragment: str, anchors: Anchors | None) -> tuple[Verdict, str]:
    """Judge the fragment in a file that is there; None for what has no anchors."""
    name = fragment.partition(TEXT_DIRECTIVE)[0]
    if not name or name.lower() == "top":
        return Verdict.ALIVE, f"The repository has {path[:SHOWN]}."
    if anchors is None or FOR_SCRIPTS.fullmatch(name):
        why = f"whether it has #{name[:SHOWN]} could not be told"
        return Verdict.ALIVE, f"The repository has {path[:SHOWN]}; {why}."
    decoded = unquote(name)
    plain = decoded.removeprefix(GITHUB_PREFIX)
    if anchors(path).isdisjoint({decoded, plain, plain.lower()}):
        return Verdict.DEAD, f"{path[:SHOWN]} has no anchor #{name[:SHOWN]}."
    return Verdict.ALIVE, f"{path[:SHOWN]} has the anchor #{name[:SHOWN]}."
