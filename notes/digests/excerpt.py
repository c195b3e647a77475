"""Shortens and folds Markdown for the digest: pure functions on text."""

from __future__ import annotations

import re
import textwrap

WIDTH = 72
FENCE = re.compile(r"[ ]{0,3}(```|~~~)")
ITEM = re.compile(r"(\s*(?:[-*+]|\d+[.)])\s+)")
# Code, tables, quotes, headings and rules mean something by their lines.
KEEPS_ITS_LINES = re.compile(r"    |\t|[ ]{0,3}(?:[|>#]|=+\s*$|-{2,}\s*$)")


def excerpt(markdown: str, *, characters: int) -> str:
    """The first paragraphs that fit, or as many words of the first one as do."""
    text = markdown.strip()
    if len(text) <= characters:
        return text
    cut = text.rfind("\n\n", 0, characters + 1)
    if cut > characters // 3:
        return _close_fence(text[:cut].rstrip())
    return _close_fence(text[:characters].rsplit(None, 1)[0].rstrip(" .,;:") + " …")


def _close_fence(text: str) -> str:
    """A code block whose end was cut off would swallow all that follows it."""
    marks = [match[1] for line in text.split("\n") if (match := FENCE.match(line))]
    return f"{text}\n{marks[-1]}" if len(marks) % 2 else text


def fold(markdown: str, *, indent: str = "") -> str:
    """Markdown as it reads well in a plain mail: paragraphs folded, code untouched."""
    lines: list[str] = []
    is_code = False
    for paragraph in _paragraphs(markdown):
        is_fence = bool(FENCE.match(paragraph))
        keeps = is_code or is_fence or KEEPS_ITS_LINES.match(paragraph)
        lines += [paragraph] if keeps or not paragraph else _fold_one(paragraph)
        is_code ^= is_fence
    return textwrap.indent("\n".join(lines), indent)


def _paragraphs(markdown: str) -> list[str]:
    """Lines, where lines that only continue a paragraph are joined to its first."""
    joined: list[str] = []
    is_code = can_continue = False
    for line in markdown.strip().splitlines():
        is_fence = bool(FENCE.match(line))
        is_text = not (is_code or is_fence or KEEPS_ITS_LINES.match(line))
        if can_continue and is_text and line.strip() and not ITEM.match(line):
            joined[-1] += f" {line.strip()}"
        else:
            joined.append(line.rstrip())
        is_code ^= is_fence
        can_continue = is_text and bool(line.strip()) and not line.endswith("  ")
    return joined


def _fold_one(paragraph: str) -> list[str]:
    marker = ITEM.match(paragraph)
    return textwrap.wrap(
        paragraph,
        WIDTH,
        subsequent_indent=" " * len(marker[1]) if marker else "",
        break_long_words=False,
        break_on_hyphens=False,
    )
