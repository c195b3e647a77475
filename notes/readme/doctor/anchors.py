"""Links within the README that lead nowhere, as a table of contents has them."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from urllib.parse import unquote

from notes.links.anchors import github_slug, markdown_anchors
from notes.links.extract import FoundLink, links
from notes.readme.doctor.findings import Ailment, Edit, Finding, Repair
from notes.readme.doctor.source import Source

_CLOSE = 0.6


def find_broken_anchors(source: Source) -> Iterator[Finding]:
    inner = [link for link in links(source.text) if link.url.startswith("#")]
    if not inner:
        return
    known = markdown_anchors(source.text)
    folded = {anchor.lower() for anchor in known}
    for link in inner:
        name = unquote(link.url[1:]).lower()
        if name in folded or name in {"", "top"}:
            continue
        words = link.text or link.url
        yield Finding(
            Ailment.ANCHOR,
            link.line,
            f"The link “{words}” leads to {link.url}, but no heading is called so.",
            tuple(_repairs(source, link, known)),
        )


def _repairs(
    source: Source, link: FoundLink, known: frozenset[str]
) -> Iterator[Repair]:
    target = _likely(link, known)
    line = source.lines[link.line - 1]
    at = line.find(link.url, link.column - 1)
    if target is None or at < 0:
        return
    new = f"{line[:at]}#{target}{line[at + len(link.url) :]}"
    edit = Edit(link.line - 1, link.line, new)
    yield Repair(f"Lead it to #{target}", (edit,))


def _likely(link: FoundLink, known: frozenset[str]) -> str | None:
    """The anchor that is meant: the link's own words, else the most alike."""
    slug = github_slug(link.text)
    if slug in known:
        return slug
    bare = {anchor.strip("-"): anchor for anchor in sorted(known)}
    for wanted in (slug, unquote(link.url[1:]).lower()):
        if near := get_close_matches(wanted.strip("-"), bare, n=1, cutoff=_CLOSE):
            return bare[near[0]]
    return None
