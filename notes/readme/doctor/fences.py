"""A code block that is never closed takes all that follows with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it.token import Token

from notes.readme.doctor.findings import Ailment, Edit, Finding, Repair
from notes.readme.doctor.source import Source
from notes.readme.lines import is_blank, is_terminated

_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+\S")
_SECTION = re.compile(r" {0,3}#{2,6}[ \t]+\S")


def find_open_fences(source: Source) -> Iterator[Finding]:
    fence = _open_fence(source)
    if fence is None or fence.map is None:
        return
    start = fence.map[0]
    # A fence with a language was meant; one without may well be one too many.
    is_meant = bool(fence.info.strip())
    ends = (_close_at_end, _take_out) if is_meant else (_take_out, _close_at_end)
    tries = (_close_before_heading, *ends)
    offers = [offer for offer in (one(source, fence, start) for one in tries) if offer]
    yield Finding(
        Ailment.FENCE,
        start + 1,
        f"From line {start + 1} on your README shows as code: "
        "the code block that begins there is never closed.",
        tuple(offer for offer in offers if _cures(source, offer)),
    )


def _open_fence(source: Source) -> Token | None:
    """The last block of the text, if it is a fence without its end."""
    last = source.tokens[-1] if source.tokens else None
    if last is None or last.type != "fence" or last.map is None:
        return None
    start, end = last.map
    mark = re.escape(last.markup[0])
    closing = re.compile(rf" {{0,3}}{mark}{{{len(last.markup)},}}[ \t]*[\r\n]*")
    is_closed = end - 1 > start and closing.fullmatch(source.lines[end - 1])
    return None if is_closed else last


def _cures(source: Source, repair: Repair) -> bool:
    return _open_fence(Source(repair.applied(source.lines))) is None


def _close_before_heading(source: Source, fence: Token, start: int) -> Repair | None:
    # A line with one # is a comment in most languages.
    pattern = _SECTION if fence.info.strip() else _HEADING
    headings = (
        at
        for at in range(start + 1, len(source.lines))
        if pattern.match(source.lines[at]) and is_blank(source.lines[at - 1])
    )
    end = next(headings, None)
    if end is None:
        return None
    while end > start + 1 and is_blank(source.lines[end - 1]):
        end -= 1
    if end == start + 1:
        return None
    closing = fence.markup + source.ending
    name = f"Close it after line {end}, before the next heading"
    return Repair(name, (Edit(end, end, closing),))


def _take_out(_source: Source, _fence: Token, start: int) -> Repair:
    return Repair(f"Take line {start + 1} out", (Edit(start, start + 1, ""),))


def _close_at_end(source: Source, fence: Token, _start: int) -> Repair:
    end = len(source.lines)
    before = "" if is_terminated(source.lines[-1]) else source.ending
    closing = before + fence.markup + source.ending
    return Repair("Close it at the end of the file", (Edit(end, end, closing),))
