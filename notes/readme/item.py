"""A list item taken apart into its marker and its content, and put together again."""

from __future__ import annotations

import re
from dataclasses import dataclass

from notes.readme.lines import dedent, indent

_ITEM = re.compile(
    r"(?P<indent>[ \t]*)(?P<sign>[-*+]|(?P<number>\d{1,9})(?P<delimiter>[.)]))"
    r"(?P<gap>[ \t]*)"
)
_TAB = 4
_TASK = re.compile(r"\[(?P<state>[ xX])\](?P<gap>[ \t]+)(?=\S)")


@dataclass(frozen=True, slots=True)
class Marker:
    """What stands before the words of a list item.

    ``sign`` is the bullet or the delimiter behind the number; ``task`` the task box
    with the space behind it.
    """

    indent: str
    number: str
    sign: str
    gap: str
    task: str = ""

    @property
    def text(self) -> str:
        return self.indent + self.number + self.sign + (self.gap or " ")

    @property
    def width(self) -> int:
        """The column where the content begins: children are indented that far."""
        return len(self.text.expandtabs(_TAB))


DASH = Marker("", "", "-", " ")


def split_item(source: str) -> tuple[Marker, str]:
    """Part an item, lines ended by ``\\n``, into marker and dedented content."""
    match = _ITEM.match(source)
    if match is None:
        return DASH, source
    gap = match["gap"]
    rest = source[match.end() :]
    if len(gap.expandtabs(_TAB)) > _TAB:
        # More than four columns: the item begins with indented code.
        rest, gap = gap[1:] + rest, gap[:1]
    task = _TASK.match(rest)
    marker = Marker(
        match["indent"],
        match["number"] or "",
        match["delimiter"] or match["sign"],
        gap,
        task.group() if task else "",
    )
    content = rest[task.end() :] if task else rest
    return marker, dedent(content, marker.width)


def join_item(marker: Marker, content: str) -> str:
    text = marker.text + marker.task + indent(content, marker.width)
    return text if content.strip() else text.rstrip(" ")


def is_done(marker: Marker) -> bool | None:
    return marker.task[1] in "xX" if marker.task else None
