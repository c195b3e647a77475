"""Lines that look like a list in the file and are one paragraph on the page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from notes.readme.doctor.findings import Ailment, Edit, Finding, Repair
from notes.readme.doctor.source import Source
from notes.readme.symbols import SYMBOL

_BULLET = re.compile(rf"(?P<indent>[ \t]*)(?:[•◦▪‣●○–—][ \t]+|(?P<symbol>{SYMBOL}))")
_BREAK = re.compile(r"(?: {2,}|\\|<br ?/?>)[\r\n]*$", re.IGNORECASE)
_END = re.compile(r"[ \t]*(?P<end>[\r\n]*)$")


def find_run_together(source: Source) -> Iterator[Finding]:
    for opening, _, start in source.blocks("paragraph_open"):
        if opening.level or not opening.map:
            continue
        end = opening.map[1]
        marked = [at for at in range(start, end) if _BULLET.match(source.lines[at])]
        loose = [at for at in marked if at > start and not _breaks(source, at - 1)]
        if len(marked) > 1 and any(at in loose for at in marked[1:]):
            yield _finding(source, marked, loose)


def _breaks(source: Source, at: int) -> bool:
    return _BREAK.search(source.lines[at]) is not None


def _finding(source: Source, marked: list[int], loose: list[int]) -> Finding:
    first, last = marked[0] + 1, marked[-1] + 1
    items = tuple(Edit(at, at + 1, _as_item(source.lines[at])) for at in marked)
    breaks = tuple(Edit(at - 1, at, _broken(source.lines[at - 1])) for at in loose)
    return Finding(
        Ailment.LIST,
        first,
        f"Lines {first} to {last} look like a list, but run together into one "
        "paragraph on the page.",
        (
            Repair("Make it a list", items),
            Repair("Keep the lines, with a break after each", breaks),
        ),
    )


def _as_item(line: str) -> str:
    match = _BULLET.match(line)
    assert match  # only marked lines are turned into items
    if match["symbol"]:
        return f"- {line.lstrip()}"
    return f"- {line[match.end() :]}"


def _broken(line: str) -> str:
    match = _END.search(line)
    assert match  # the pattern fits every line
    return f"{line[: match.start()]}  {match['end']}"
