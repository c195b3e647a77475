"""Code blocks that are never closed, and ends of code that begin one instead."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it.token import Token

from notes.readme.doctor.findings import Ailment, Edit, Finding, Repair
from notes.readme.doctor.source import Source
from notes.readme.lines import is_blank, is_terminated

_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+\S")
_SECTION = re.compile(r" {0,3}#{2,6}[ \t]+\S")
_NO_PREFIX = re.compile(r"[^>\s]")


def find_open_fences(source: Source) -> Iterator[Finding]:
    for fence, start, end in _fences(source):
        if _is_closed(fence, start, end):
            if _begins_with_heading(source, fence, start, end):
                yield _finding_of_stray(start, end)
        elif fence.level:
            yield _finding_inside(source, fence, start, end)
        else:
            yield _finding_to_the_end(source, fence, start)


def _fences(source: Source) -> Iterator[tuple[Token, int, int]]:
    for token in source.tokens:
        if token.type == "fence" and token.map:
            yield token, token.map[0], token.map[1]


def _is_closed(fence: Token, start: int, end: int) -> bool:
    code = fence.content.count("\n") + (not f"\n{fence.content}".endswith("\n"))
    return end - start - 1 > code


def _count_open(source: Source) -> int:
    return sum(not _is_closed(*found) for found in _fences(source))


def _cures(source: Source, repair: Repair) -> bool:
    new = Source(repair.applied(source.lines))
    return _count_open(new) < _count_open(source)


def _finding_to_the_end(source: Source, fence: Token, start: int) -> Finding:
    # A fence with a language was meant; one without may well be one too many.
    is_meant = bool(fence.info.strip())
    ends = (_close_at_end, _take_out) if is_meant else (_take_out, _close_at_end)
    tries = (_close_before_heading, *ends)
    offers = [offer for offer in (one(source, fence, start) for one in tries) if offer]
    return Finding(
        Ailment.FENCE,
        start + 1,
        f"From line {start + 1} on your README shows as code: "
        "the code block that begins there is never closed.",
        tuple(offer for offer in offers if _cures(source, offer)),
    )


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
    end = _last_words(source, start, end)
    if end == start + 1:
        return None
    closing = fence.markup + source.ending
    name = f"Close it after line {end}, before the next heading"
    return Repair(name, (Edit(end, end, closing),))


def _last_words(source: Source, start: int, end: int) -> int:
    """The line after the last one that is not blank."""
    while end > start + 1 and is_blank(source.lines[end - 1].lstrip(" >")):
        end -= 1
    return end


def _take_out(_source: Source, _fence: Token, start: int) -> Repair:
    return Repair(f"Take line {start + 1} out", (Edit(start, start + 1, ""),))


def _close_at_end(source: Source, fence: Token, _start: int) -> Repair:
    end = len(source.lines)
    before = "" if is_terminated(source.lines[-1]) else source.ending
    closing = before + fence.markup + source.ending
    return Repair("Close it at the end of the file", (Edit(end, end, closing),))


def _finding_inside(source: Source, fence: Token, start: int, end: int) -> Finding:
    """A fence within a list item or a quote, which ends it at the latest."""
    last = _last_words(source, start, end)
    line = source.lines[start]
    # What the lines of the list item or the quote begin with.
    prefix = _NO_PREFIX.sub(" ", line[: line.index(fence.markup)])
    offers = [_close_here(source, fence, prefix, last)]
    if end < len(source.lines) and source.lines[end].strip(" >\t\r\n") == fence.markup:
        closing = prefix + source.lines[end].lstrip(" >\t")
        name = f"Let line {end + 1} close it, as far in as line {start + 1}"
        offers.insert(0, Repair(name, (Edit(end, end + 1, closing),)))
    return Finding(
        Ailment.FENCE,
        start + 1,
        f"Lines {start + 1} to {last} show as code: the code block that begins there "
        "is not closed within its list item or quote.",
        tuple(offer for offer in offers if _cures(source, offer)),
    )


def _close_here(source: Source, fence: Token, prefix: str, end: int) -> Repair:
    before = "" if is_terminated(source.lines[end - 1]) else source.ending
    closing = before + prefix + fence.markup + source.ending
    return Repair(f"Close it after line {end}", (Edit(end, end, closing),))


def _begins_with_heading(source: Source, fence: Token, start: int, end: int) -> bool:
    """Whether its fences are rather the ends of code that nothing began."""
    words = [line for line in source.lines[start + 1 : end - 1] if not is_blank(line)]
    return (
        not fence.info.strip()
        and is_blank(source.lines[start + 1])
        and bool(words)
        and _HEADING.match(words[0]) is not None
    )


def _finding_of_stray(start: int, end: int) -> Finding:
    marks = (Edit(start, start + 1, ""), Edit(end - 1, end, ""))
    return Finding(
        Ailment.FENCE,
        start + 1,
        f"Lines {start + 1} to {end} show as code, the headings among them too: these "
        "two lines seem to end code that no line begins.",
        (Repair(f"Take lines {start + 1} and {end} out", marks),),
    )
