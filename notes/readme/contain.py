"""Keeps what a person typed inside its own note, whatever Markdown it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from notes.readme.lines import split_head, to_newlines

_READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_LEADING = re.compile(r"^[ \t]+", re.MULTILINE)
_BLANK = re.compile(r"^[ \t]+$", re.MULTILINE)
_ATX_MARKS = re.compile(r"#{1,6}[ \t]*|[ \t]+#+[ \t]*$")
_FENCE = re.compile(r"[\s>]*(`{3,}|~{3,})[ \t]*")
_COMMENT = re.compile(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.DOTALL)
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][\w-]*)[^<>]*?(?P<empty>/?)>")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
# Elements that never have an end tag, and those that need none.
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta"}
    | {"source", "track", "wbr", "p", "li"}
)
# How an HTML block ends that is not ended by a blank line (CommonMark 4.6, 1 to 5).
_HTML_ENDS = (
    (re.compile(r"\s*<!--"), "-->"),
    (re.compile(r"\s*<\?"), "?>"),
    (re.compile(r"\s*<!\[CDATA\["), "]]>"),
    (re.compile(r"\s*<![a-zA-Z]"), ">"),
    (re.compile(r"\s*<script(?=[\s>]|$)", re.IGNORECASE), "</script>"),
    (re.compile(r"\s*<pre(?=[\s>]|$)", re.IGNORECASE), "</pre>"),
    (re.compile(r"\s*<style(?=[\s>]|$)", re.IGNORECASE), "</style>"),
    (re.compile(r"\s*<textarea(?=[\s>]|$)", re.IGNORECASE), "</textarea>"),
)
_MAX_ROUNDS = 5


def tidy(markdown: str) -> str:
    """The same Markdown with plain line ends and no blank lines around it."""
    text = to_newlines(markdown).replace("\0", "\ufffd")
    text = _LEADING.sub(lambda match: match.group().expandtabs(4), text)
    return split_head(_BLANK.sub("", text))[1].rstrip()


def contain(markdown: str) -> str:
    """Markdown whose headings are bold lines and whose fences and tags are closed."""
    text = tidy(markdown)
    for _ in range(_MAX_ROUNDS):
        tokens = _READER.parse(text)
        headings = [
            (token, inline.content)
            for token, inline in pairwise(tokens)
            if token.type == "heading_open"
        ]
        if not headings:
            return _closed(text, tokens)
        text = _without_headings(text, headings)
    return verbatim(text)


def _without_headings(text: str, headings: Sequence[tuple[Token, str]]) -> str:
    lines = text.split("\n")
    for token, content in reversed(headings):
        if token.map:
            start, end = token.map
            bold = _bold_lines(lines[start:end], token.markup, content)
            is_set_off = not start or not lines[start - 1].strip(" >")
            lines[start:end] = (
                bold[1:] if is_set_off and not bold[0].strip(" >") else bold
            )
    return tidy("\n".join(lines))


def _bold_lines(lines: list[str], markup: str, content: str) -> list[str]:
    """The heading as a paragraph of its own; ``prefix`` is its quote or list marker."""
    first = lines[0]
    if markup.startswith("#"):
        at = first.index("#")
        words = [_ATX_MARKS.sub("", first[at:])]
    else:
        at = first.index(content.split("\n", 1)[0]) if content else 0
        words = [first[at:], *lines[1:-1]]
    prefix = first[:at]
    rest = re.sub(r"[^>]", " ", prefix)
    if len(words) == 1 and content.strip() and "**" not in content:
        words = [f"**{content.strip()}**"]
    blank = rest.rstrip()
    is_marked = bool(prefix.strip(" >"))
    before = [] if is_marked else [blank]
    return [*before, prefix + words[0], *words[1:], blank]


def _closed(text: str, tokens: Sequence[Token]) -> str:
    lines = text.split("\n")
    ends = [end for token in tokens if (end := _missing_end(token, lines))]
    ends += [f"</{name}>" for name in reversed(_open_tags(tokens))]
    if not ends:
        return text
    is_words = tokens[-1].type == "paragraph_close" and tokens[-1].level == 0
    return text + ("" if is_words else "\n") + "\n".join(ends)


def _missing_end(token: Token, lines: Sequence[str]) -> str:
    """What would close an unclosed fence or HTML block that runs to the end."""
    if token.level or not token.map or token.map[1] < len(lines):
        return ""
    if token.type == "fence":
        last = _FENCE.fullmatch(lines[-1])
        is_closed = token.map[1] - token.map[0] > 1 and last is not None
        return (
            ""
            if is_closed and last and last[1].startswith(token.markup)
            else token.markup
        )
    if token.type == "html_block":
        for start, end in _HTML_ENDS:
            if start.match(token.content):
                return "" if end in token.content.lower() else end
    return ""


def _open_tags(tokens: Sequence[Token]) -> list[str]:
    """The names of the HTML elements that were begun and not ended."""
    markup = _COMMENT.sub("", "\n".join(_html(tokens)))
    names: list[str] = []
    for tag in _TAG.finditer(markup):
        name = tag["name"].lower()
        if name in _VOID or tag["empty"]:
            continue
        if not tag["end"]:
            names.append(name)
        elif name in names:
            del names[len(names) - 1 - names[::-1].index(name) :]
    return [
        name for name in names if name not in {"script", "pre", "style", "textarea"}
    ]


def _html(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in {"html_block", "html_inline"}:
            yield token.content
        yield from _html(token.children or ())


def flatten(markdown: str) -> str:
    """Contained Markdown on one line: lines set apart by ``<br>``, code in spans."""
    parts: list[str] = []
    fence = ""
    for line in markdown.split("\n"):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not line[mark.end() :]:
                fence = ""
            elif line.strip():
                parts.append(_code(line.strip()))
        elif mark and "`" not in line[mark.end() :]:
            fence = mark[1]
        elif line.strip():
            parts.append(line.strip().removesuffix("\\"))
    return "<br>".join(parts)


def _code(line: str) -> str:
    ticks = "`" * (max(map(len, re.findall(r"`+", line)), default=0) + 1)
    pad = " " if "`" in line else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def verbatim(markdown: str) -> str:
    """One line that shows exactly what was typed, none of it read as Markdown."""
    return " ".join(_PUNCTUATION.sub(r"\\\1", markdown).split())
