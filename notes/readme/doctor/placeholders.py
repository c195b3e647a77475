"""Words of a template that nobody filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from notes.readme.doctor.findings import Ailment, Finding
from notes.readme.doctor.source import Source

_WORDS = (
    r"your|my|project|insert|add|enter|todo|tbd|name|title|link|url|date|description"
    r"|placeholder|company|team|member|username|e-?mail|topic|technology|challenge"
)
_BRACKETS = re.compile(
    rf"\[(?=[^\]\n]*\b(?:{_WORDS})\b)[^\[\]\n]{{2,60}}\]", re.IGNORECASE
)
_FILLER = re.compile(r"\blorem ipsum\b", re.IGNORECASE)


def find_placeholders(source: Source) -> Iterator[Finding]:
    """Only what shows as text: links, images and code are none."""
    for token in source.tokens:
        if token.type != "inline" or not token.map or not token.children:
            continue
        line, depth = token.map[0] + 1, 0
        words = ""
        for child in token.children:
            depth += child.nesting if child.type.startswith("link_") else 0
            if child.type in {"softbreak", "hardbreak"}:
                yield from _in_line(words, line)
                line, words = line + 1, ""
            elif child.type == "text" and not depth:
                words += child.content
            else:
                words += "\0"
        yield from _in_line(words, line)


def _in_line(words: str, line: int) -> Iterator[Finding]:
    found = [*_BRACKETS.findall(words), *_FILLER.findall(words)]
    for placeholder in dict.fromkeys(found):
        yield Finding(
            Ailment.PLACEHOLDER,
            line,
            f"“{placeholder}” still waits for somebody to fill it in.",
        )
