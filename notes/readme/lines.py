"""Lines as Markdown counts them, and the text between their ends."""

from __future__ import annotations

import re
from collections.abc import Sequence

# str.splitlines also breaks at form feeds and U+2028, which Markdown does not.
_LINE = re.compile(r"[^\r\n]*+(?:\r\n?|\n)|[^\r\n]++")
_ENDING = re.compile(r"\r\n?|\n")
_RULE = re.compile(r" {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}[\r\n]*")
_LEADING = re.compile(r"[ \t]*")


def split_lines(text: str) -> list[str]:
    """The lines with their endings; joined they are the text again."""
    return _LINE.findall(text)


def is_blank(line: str) -> bool:
    return not line.strip(" \t\r\n")


def is_rule(line: str) -> bool:
    """Whether the line is a thematic break such as ``---``."""
    return _RULE.fullmatch(line) is not None


def is_gap(text: str) -> bool:
    """Whether the text is only blank lines and thematic breaks."""
    return all(is_blank(line) or is_rule(line) for line in split_lines(text))


def line_ending(texts: Sequence[str], default: str = "\n") -> str:
    """The last line ending used in the texts."""
    for text in reversed(texts):
        endings = _ENDING.findall(text)
        if endings:
            return str(endings[-1])
    return default


def to_newlines(text: str) -> str:
    return _ENDING.sub("\n", text) if "\r" in text else text


def from_newlines(text: str, ending: str) -> str:
    return text if ending == "\n" else text.replace("\n", ending)


def is_terminated(text: str) -> bool:
    return text.endswith(("\n", "\r"))


def split_tail(text: str) -> tuple[str, str]:
    """Cut off the blank lines at the end."""
    lines = split_lines(text)
    end = len(lines)
    while end and is_blank(lines[end - 1]):
        end -= 1
    return "".join(lines[:end]), "".join(lines[end:])


def split_head(text: str) -> tuple[str, str]:
    """Cut off the blank lines at the beginning."""
    lines = split_lines(text)
    start = 0
    while start < len(lines) and is_blank(lines[start]):
        start += 1
    return "".join(lines[:start]), "".join(lines[start:])


def split_closing(text: str) -> tuple[str, str]:
    """Cut off the blank lines and thematic breaks at the end."""
    lines = split_lines(text)
    end = len(lines)
    while end and (is_blank(lines[end - 1]) or is_rule(lines[end - 1])):
        end -= 1
    return "".join(lines[:end]), "".join(lines[end:])


def indent(text: str, width: int) -> str:
    """Indent every line but the first, leaving blank lines empty."""
    first, *rest = text.split("\n")
    pad = " " * width
    return "\n".join([first, *(pad + line if line else line for line in rest)])


def dedent(text: str, width: int) -> str:
    """Take up to ``width`` columns of indent off every line but the first."""
    if "\n" not in text:
        return text
    first, *rest = text.split("\n")
    return "\n".join([first, *(_outdent(line, width) for line in rest)])


def _outdent(line: str, width: int) -> str:
    if not line.strip(" \t"):
        return ""
    leading = _LEADING.match(line)
    space = leading.group() if leading else ""
    columns = space.expandtabs(4)
    return columns[min(width, len(columns)) :] + line[len(space) :]
