"""Links within the README that lead nowhere, as a table of contents has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from urllib.parse import quote, unquote

from notes.links.anchors import github_slug, markdown_anchors
from notes.links.extract import FoundLink, links
from notes.readme.doctor.findings import Ailment, Edit, Finding, Repair
from notes.readme.doctor.source import Source
from notes.readme.doctor.without import take_out

_CLOSE = 0.6
# What every link within the README has somewhere: reading them all is slow.
_INNER = re.compile(r"[(<:=\"']\s*#")
_ITEM_MARK = re.compile(r"(?:[-*+]|\d+[.)])?")
_INVISIBLE = "\N{VARIATION SELECTOR-16}"


def find_broken_anchors(source: Source) -> Iterator[Finding]:
    if not _INNER.search(source.text):
        return
    inner = [link for link in links(source.text) if link.url.startswith("#")]
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
    if target is None:
        yield from _without_target(source, link)
    if target is None or at < 0:
        return
    # The invisible half of an emoji is part of the anchor; so everybody sees it.
    anchor = f"#{target.replace(_INVISIBLE, quote(_INVISIBLE))}"
    new = f"{line[:at]}{anchor}{line[at + len(link.url) :]}"
    edit = Edit(link.line - 1, link.line, new)
    yield Repair(f"Lead it to {anchor}", (edit,))


def _without_target(source: Source, link: FoundLink) -> Iterator[Repair]:
    """An entry of a table of contents goes, a link in a sentence becomes its words."""
    line = source.lines[link.line - 1]
    found = re.compile(rf"\[([^\[\]]*)\]\({re.escape(link.url)}\)").search(line)
    if found and _ITEM_MARK.fullmatch(line.replace(found[0], "").strip()):
        yield from take_out(source, link.line - 1)
    if found:
        new = line[: found.start()] + found[1] + line[found.end() :]
        edit = Edit(link.line - 1, link.line, new)
        yield Repair("Keep the words without the link", (edit,))


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
