"""Plain text and the inline Markdown that shows it: each the inverse of the other."""

from __future__ import annotations

import html
import re

_ENTITY = r"&(?:[#][0-9]{1,7}|[#][xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});"
_PUNCTUATION = r"!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~"
_SPECIAL = re.compile(r"[*_`\[\\<&~]")
# Code first: nothing inside it is markup. Then whatever shows other than it stands.
_TOKEN = re.compile(
    rf"""
      (?P<code>(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))
    | \\(?P<escaped>[{_PUNCTUATION}])
    | (?P<entity>{_ENTITY})
    | !\[(?P<alt>(?:\\.|[^\[\]\\\n])*)\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)
    | \[(?P<link>(?:\\.|[^\[\]\\\n])+)\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)
    | <(?P<address>[a-zA-Z][a-zA-Z0-9+.\-]{{1,31}}:[^\s<>]*)>
    | (?P<tag></?[a-zA-Z][^<>\n]*>)
    | (?P<star>(?<!\s)\*+|\*+(?!\s))
    | (?P<strike>~~)
    | (?P<line>(?<![^\W_])_+|_+(?![^\W_]))
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(
    rf"(?P<code>(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))"
    rf"|(?P<entity>&(?={_ENTITY[1:]}))"
    rf"|(?P<mark>\\(?=[{_PUNCTUATION}]|$)|\*|~(?=~)|(?<=~)~|`|<(?=[a-zA-Z/!?])"
    rf"|\](?=[\[(])|(?<![^\W_])_|_(?![^\W_]))",
    re.DOTALL,
)
_SPACES = re.compile(r"\s+")
TITLE_LENGTH = 80
# A title that is written out may be longer than one made of the first words.
LONGEST_TITLE = 190


def plain(markdown: str) -> str:
    """Inline Markdown as a person reads it; code keeps its backticks."""
    if not _SPECIAL.search(markdown):
        return _SPACES.sub(" ", markdown).strip()
    return _SPACES.sub(" ", _TOKEN.sub(_shown, markdown)).strip()


def _shown(match: re.Match[str]) -> str:
    found = match.lastgroup
    # "ticks" closes inside "code", so lastgroup names the outer one.
    value = match.group(found) if found else ""
    match found:
        case "code" | "escaped" | "address":
            return value
        case "entity":
            return html.unescape(value)
        case "link" | "alt":
            return plain(value)
        case _:
            return ""


def escape(text: str) -> str:
    """Inline Markdown, on one line, that reads as ``text``; backticks mark code."""
    return _ESCAPED.sub(_escaped, _SPACES.sub(" ", text).strip())


def _escaped(match: re.Match[str]) -> str:
    if match.group("code"):
        return match.group()
    if match.group("entity"):
        return "&amp;"
    return "\\" + match.group()


def shorten(text: str, length: int = TITLE_LENGTH) -> str:
    """The beginning of a text, cut between words, as a title."""
    if len(text) <= length:
        return text
    return text[:length].rsplit(" ", 1)[0].rstrip(" ,;:.-\u2013\u2014") + "\u2026"
