"""Whether a page has the place that a fragment names."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any
from unicodedata import category
from urllib.parse import unquote

from markdown_it import MarkdownIt

from notes.links.markup import identifiers, visible_text, visible_words

# Routes, line numbers, pages of a PDF and media times are for scripts and viewers.
FOR_SCRIPTS = re.compile(r"[/!].*|L\d+.*|lines?-\d+.*|(?:page|t|zoom|xywh)=.*")
TEXT_DIRECTIVE = ":~:"
GITHUB_PREFIX = "user-content-"
# Letters, marks (so the invisible part of an emoji stays), digits and underscores.
IN_SLUG = frozenset({"Ll", "Lm", "Lo", "Lt", "Lu", "Mc", "Me", "Mn", "Nd", "Nl", "Pc"})
MINIMAL_WORDS = 50
HEADING_TEXT = frozenset({"text", "code_inline"})
WITH_HTML = frozenset({"html_block", "inline"})
PARSER = MarkdownIt("gfm-like", {"linkify": False})
# Of all but headings the blocks are enough, which spares most of the time.
BLOCKS = MarkdownIt("gfm-like", {"linkify": False}).disable("inline")


def has_anchor(source: str, fragment: str, *, is_complete: bool) -> bool | None:
    """Say whether the HTML has this anchor, or None where that cannot be told."""
    element, _, directive = fragment.partition(TEXT_DIRECTIVE)
    if FOR_SCRIPTS.fullmatch(element):
        return None
    found = _has_element(source, element) and _has_text(source, directive)
    if found or (is_complete and not _is_built_by_script(source)):
        return found
    return None


def markdown_anchors(markdown: str) -> frozenset[str]:
    """Return the anchors that GitHub gives to the headings and HTML of a README."""
    references: dict[str, Any] = {}
    tokens = BLOCKS.parse(markdown, references)
    counts: dict[str, int] = {}
    slugs = set()
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            children = PARSER.parseInline(inline.content, references)[0].children or []
            text = "".join(t.content for t in children if t.type in HEADING_TEXT)
            slugs.add(_numbered(github_slug(text), counts))
    sources = (token.content for token in tokens if token.type in WITH_HTML)
    with_tags = (source for source in sources if "<" in source)
    return frozenset(slugs.union(*map(identifiers, with_tags)))


def github_slug(heading: str) -> str:
    """Turn a heading's text into its anchor as GitHub does."""
    kept = (c for c in heading.lower() if c in "- " or category(c) in IN_SLUG)
    return "".join(kept).replace(" ", "-")


def _numbered(slug: str, counts: dict[str, int]) -> str:
    counts[slug] = counts.get(slug, -1) + 1
    return f"{slug}-{counts[slug]}" if counts[slug] else slug


def _has_element(source: str, element: str) -> bool:
    if not element or element.lower() == "top":
        return True
    known = identifiers(source)
    return any(
        name in known or f"{GITHUB_PREFIX}{name.lower()}" in known
        for name in (element, unquote(element))
    )


def _has_text(source: str, directive: str) -> bool:
    """Look for the quotes of `text=prefix-,start,end,-suffix` among what is seen."""
    quotes = [
        unquote(part.strip("-"))
        for item in directive.split("&")
        if item.startswith("text=")
        for part in item.removeprefix("text=").split(",")
    ]
    text = visible_text(source).casefold() if quotes else ""
    return all(" ".join(quote.casefold().split()) in text for quote in quotes)


def _is_built_by_script(source: str) -> bool:
    """A page with scripts and hardly any text gets its anchors in the browser."""
    has_scripts = "<script" in source.lower()
    return has_scripts and len(visible_words(source)) <= MINIMAL_WORDS
