"""Words of a template that nobody filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from textwrap import shorten

from markdown_it.token import Token

from notes.readme.doctor.findings import BLANK, Ailment, Edit, Finding, Repair
from notes.readme.doctor.source import Source
from notes.readme.doctor.without import take_out

_SHOWN = frozenset({"text", "html_inline"})
_SHOWN_CHARACTERS = 80
_WORDS = (
    r"your|my|project|insert|add|enter|todo|tbd|name|title|link|url|date|description"
    r"|placeholder|company|team|member|username|e-?mail|topic|technology|challenge"
)
_ORDERS = r"write|explain|describe|insert|enter|list|mention|your"
_FILLERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\[(?=[^\]\n]*\b(?:{_WORDS})\b)[^\[\]\n]{{2,60}}\]",
        rf"\[(?=(?:{_ORDERS})\b|[^\]\n]*\be\.g\.)[^\[\]\n]{{2,400}}\]",
        r"\((?:to be|this section will be) (?:added|updated|written)\b[^()\n]*\)",
        r"\blorem ipsum\b",
    )
)
# A browser takes it for a tag and shows nothing; within an address it tells readers
# what to put there.
_TAG = re.compile(
    r"(?<![^\s\0(*_])<(?:your|insert|enter)\b[^<>\n]*>(?![^\s\0).,;*_])", re.IGNORECASE
)


def find_placeholders(source: Source) -> Iterator[Finding]:
    """Only what shows as text: links, images and code are none."""
    for before, token in pairwise(source.tokens):
        if token.type != "inline" or not token.map or not _in_line(token.content):
            continue
        is_heading = before.type == "heading_open"
        for line, words in _lines(source.children(token), token.map[0]):
            for placeholder in _in_line(words):
                yield _finding(source, line, placeholder, is_heading=is_heading)


def _lines(children: list[Token], line: int) -> Iterator[tuple[int, str]]:
    """What shows as text in each line, anything else as one odd character."""
    depth = 0
    words = ""
    for child in children:
        depth += child.nesting if child.type.startswith("link_") else 0
        if child.type in {"softbreak", "hardbreak"}:
            yield line, words
            line, words = line + 1, ""
        elif child.type in _SHOWN and not depth:
            words += child.content
        else:
            words += "\0"
    yield line, words


def _in_line(words: str) -> list[str]:
    found = (filler.findall(words) for filler in (*_FILLERS, _TAG))
    return list(dict.fromkeys(text for texts in found for text in texts))


def _finding(source: Source, at: int, placeholder: str, *, is_heading: bool) -> Finding:
    repairs = [*_fill(source, at, placeholder)]
    if not is_heading:
        repairs += take_out(source, at)
    shown = shorten(placeholder, _SHOWN_CHARACTERS, placeholder=" …")
    return Finding(
        Ailment.PLACEHOLDER,
        at + 1,
        f"“{shown}” still waits for somebody to fill it in.",
        tuple(repairs),
    )


def _fill(source: Source, at: int, placeholder: str) -> Iterator[Repair]:
    line = source.lines[at]
    # One in front of an address is the text of a link.
    found = re.compile(rf"{re.escape(placeholder)}(?![\[(])")
    if found.search(line):
        edit = Edit(at, at + 1, found.sub(BLANK, line))
        yield Repair("Fill it in", (edit,), asks="What shall stand there?")
