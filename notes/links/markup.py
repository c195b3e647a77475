"""Reads a little of somebody else's HTML, in time that only grows with its length.

A page may be hostile: no pattern here can scan to the end more than once.
"""

from __future__ import annotations

import html
import re

HIDDEN = re.compile(r"<(?:(!--)|(script|style|template|noscript)\b)", re.IGNORECASE)
ENDS = {
    name: re.compile(rf"</{name}[^<>]*>", re.IGNORECASE)
    for name in ("script", "style", "template", "noscript")
}
COMMENT_END = re.compile(r"-->")
TAG = re.compile(r"<[/!?]?[a-z][^<>]*>", re.IGNORECASE)
OPENING = re.compile(r"<[a-z][^<>]*", re.IGNORECASE)
NAMING = re.compile(
    r"\s(?:id|name)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE
)
FIRST = {
    name: re.compile(rf"(?is)<{name}\b[^<>]*>(.{{0,500}}?)</{name}")
    for name in ("title", "h1")
}
PASSWORD_FIELD = re.compile(r"<input\b[^<>]*\stype\s*=\s*[\"']?password", re.IGNORECASE)


def visible_words(source: str) -> list[str]:
    """Return what is left when scripts, styles, comments and tags are gone."""
    return html.unescape(TAG.sub(" ", shown(source))).split()


def visible_text(source: str) -> str:
    """Return the same on one line."""
    return " ".join(visible_words(source))


def shown(source: str) -> str:
    """Return the markup without what a browser never shows."""
    kept, position = [], 0
    while opening := HIDDEN.search(source, position):
        kept.append(source[position : opening.start()])
        ends = ENDS[opening[2].lower()] if opening[2] else COMMENT_END
        closing = ends.search(source, opening.end())
        if closing is None:
            return " ".join(kept)
        position = closing.end()
    return " ".join([*kept, source[position:]])


def first_text(source: str, tag: str) -> str:
    """Return the text of the first title or h1."""
    found = FIRST[tag].search(source)
    return visible_text(found[1]) if found else ""


def identifiers(source: str) -> set[str]:
    """Return every id and name that the tags of some HTML carry."""
    return {
        html.unescape("".join(values))
        for tag in OPENING.findall(shown(source))
        for values in NAMING.findall(tag)
    }


def has_password_field(source: str) -> bool:
    """Tell whether the page asks for a password."""
    return PASSWORD_FIELD.search(source) is not None
