"""Reads a challenge and its solution in the forms that people give them."""

from __future__ import annotations

import re

from notes.readme.layout import Cutter, Reading, Slot
from notes.readme.lead import cut_lead, find_lead
from notes.readme.symbols import SYMBOL

_PROBLEM_WORDS = (
    r"(?:the[ ])?(?:challenges?|problems?|issues?|causes?|obstacles?|descriptions?"
    r"|situation|blockers?|errors?|bugs?|difficulty)"
)
_SOLUTION_WORDS = (
    r"(?:the[ ]|my[ ]|our[ ])?(?:solutions?|fix(?:es)?|resolutions?|resolved"
    r"|workarounds?|answers?|approach|solved(?:[ ]by|[ ]with)?"
    r"|how[ ](?:i|we)[ ](?:solved|fixed|resolved)[ ]it)"
)
_MORE = r"(?:[ ](?:faced|implemented|encountered|used|applied))?"
_NUMBER = r"(?:[ \t]*\#?(?P<number>\d{1,4}))?"
_BULLET = r"(?:[-*+][ \t]+|\d{1,9}[.)][ \t]+)"


def _label(words: str) -> str:
    """``**Word:**``, ``*Word*:``, ``**Word**`` before a new line, or ``Word:``."""
    name = rf"(?:{SYMBOL}[ \t]*)?{words}{_MORE}"
    marked = (
        rf"(?:{SYMBOL}[ \t]*)?(?P<open>[*_]{{1,3}}){name}{_NUMBER}(?P<tail>[ \t]*"
        rf"(?::[ \t]*(?P=open)[ \t]*:?|[\u2013\u2014-]?(?P=open)"
        rf"(?:[ \t]*[:\u2013\u2014-]|(?=[ \t]*\\?(?:\n|$))))(?=\s|$))"
    )
    bare = name + _NUMBER.replace("number", "digits") + r"(?P<end>[ \t]*:(?=\s|$))"
    return rf"(?:{marked}|{bare})"


_LABELLED_PROBLEM = re.compile(
    rf"(?P<bullet>{_BULLET})?{_label(_PROBLEM_WORDS)}", re.IGNORECASE
)
_SOLUTION = re.compile(
    rf"(?:(?:^|\n)[ \t]*{_BULLET}?|(?<=[.!?;)])[ \t]+|(?<=\S)[ \t]+(?=[*_]))"
    rf"{_label(_SOLUTION_WORDS)}",
    re.IGNORECASE,
)
_PROBLEM = re.compile(
    rf"(?:^|\n)?[ \t]*{_BULLET}?{_label(_PROBLEM_WORDS)}", re.IGNORECASE
)
# The bare words, to see quickly that a text has no solution in it.
_SOLUTION_WORD = re.compile(_SOLUTION_WORDS, re.IGNORECASE)
_SOLUTION_LINE = re.compile(
    rf"^[ \t]*{_BULLET}?{_label(_SOLUTION_WORDS)}", re.IGNORECASE | re.MULTILINE
)
_ARROW = re.compile(
    r"(?<=\S)[ \t]+(?:[\u2192\u279c\u27a1\u21d2]\ufe0f?|[-=]{1,2}>)[ \t]+"
)
_TERM_PREFIX = re.compile(
    rf"(?P<word>(?:{_PROBLEM_WORDS})?[ \t]*\#?)(?P<number>\d{{1,4}})?"
    r"(?P<set>[ \t]*[:.)\u2013\u2014-][ \t]+)(?=\S)",
    re.IGNORECASE,
)
_HEADING = re.compile(
    rf"(?P<marks>#{{1,6}}[ \t]+)(?P<open>\*\*|__)?(?P<icon>{SYMBOL}[ \t]*)?"
    r"(?P<term>[^\n]+?)(?P<close>(?(open)(?P=open)))(?P<end>[ \t]*(?:[ \t]#+[ \t]*)?)"
    r"(?:\n|$)"
)


def starts_problem(text: str) -> bool:
    return _LABELLED_PROBLEM.match(text) is not None


def starts_solution(text: str) -> bool:
    return _SOLUTION_LINE.match(text) is not None


def has_solution(text: str) -> bool:
    return _SOLUTION.search(text) is not None


def count_solutions(text: str) -> int:
    """How many solutions stand at the top of a text, not under an item of a list."""
    found = (match.group() for match in _SOLUTION_LINE.finditer(text))
    return sum(not label.startswith((" ", "\t")) for label in found)


def is_numbered_problem(title: str) -> bool:
    """Whether a heading reads like "Challenge 2: ..." or "Problem - ..."."""
    match = _TERM_PREFIX.match(title)
    return match is not None and bool(match["word"].strip("# \t"))


def is_challenge(text: str) -> bool:
    """Whether a note says of itself that it is a problem with its solution."""
    if not _SOLUTION_WORD.search(text) or not has_solution(text):
        return False
    return starts_problem(text) or find_lead(text) is not None


def read_challenge(content: str, hang: int = 0) -> Reading:
    """Take a note apart into title, problem and solution, whichever it has."""
    cutter = Cutter(hang)
    rest, is_titled = _cut_head(cutter, content)
    found = _SOLUTION.search(rest) or _ARROW.search(rest.split("\n", 1)[0])
    if found:
        problem = rest[: found.start()]
        mark = "\\" if problem.endswith("\\") else ""
        _cut_problem(cutter, problem.removesuffix(mark))
        # A backslash there is a hard line break before the solution.
        cutter.literal(mark)
        _cut_label(cutter, found)
        _cut_words(cutter, Slot.SOLUTION, rest[found.end() :])
    elif is_titled and not content.startswith("#") and not starts_problem(rest):
        _cut_words(cutter, Slot.SOLUTION, rest)
    else:
        _cut_problem(cutter, rest)
    return cutter.reading()


def _cut_head(cutter: Cutter, content: str) -> tuple[str, bool]:
    heading = _HEADING.match(content)
    if heading:
        cutter.literal(heading["marks"] + (heading["open"] or ""))
        cutter.literal(heading["icon"] or "")
        _cut_term(cutter, heading["term"])
        cutter.literal(content[heading.end("term") : heading.end()])
        return content[heading.end() :], True
    if starts_problem(content):
        return content, False
    lead = find_lead(content)
    if lead is None or _SOLUTION.match(content):
        return content, False
    _cut_numbered_lead(cutter, lead)
    return content[lead.end() :], True


def _cut_numbered_lead(cutter: Cutter, lead: re.Match[str]) -> None:
    prefix = _TERM_PREFIX.match(lead["term"])
    if prefix is None:
        cut_lead(cutter, lead)
        return
    cutter.literal(lead.string[: lead.start("term")])
    _cut_term(cutter, lead["term"])
    cutter.literal(lead.string[lead.end("term") : lead.end()])


def _cut_term(cutter: Cutter, term: str) -> None:
    prefix = _TERM_PREFIX.match(term)
    if prefix and (prefix["number"] or prefix["word"].strip()):
        cutter.literal(prefix["word"])
        if prefix["number"]:
            cutter.slot(Slot.NUMBER, prefix["number"])
        cutter.literal(prefix["set"])
        term = term[prefix.end() :]
    cutter.slot(Slot.TITLE, term)


def _cut_label(cutter: Cutter, label: re.Match[str]) -> None:
    """The label is manner, except for a number in it."""
    groups = label.groupdict()
    name = "number" if groups.get("number") else "digits"
    if not groups.get(name):
        cutter.literal(label.group())
        return
    cutter.literal(label.string[label.start() : label.start(name)])
    cutter.slot(Slot.NUMBER, groups[name] or "")
    cutter.literal(label.string[label.end(name) : label.end()])


def _cut_problem(cutter: Cutter, text: str) -> None:
    start = len(text) - len(text.lstrip(" \t\n"))
    cutter.literal(text[:start])
    text = text[start:]
    label = _LABELLED_PROBLEM.match(text)
    if label:
        _cut_label(cutter, label)
        text = text[label.end() :]
    elif text.startswith(("- ", "* ", "+ ")) and "\n" not in text.strip():
        cutter.literal(text[:2])
        text = text[2:]
    _cut_words(cutter, Slot.PROBLEM, text)


def _cut_words(cutter: Cutter, slot: Slot, text: str) -> None:
    if text.strip(" \t\n"):
        cutter.slot(slot, text)
    else:
        cutter.literal(text)


def start_of_label(piece: str) -> int | None:
    """Where the label of a problem or a solution, with its line break, begins."""
    for label in (_SOLUTION, _PROBLEM):
        match = label.search(piece)
        if match:
            return match.start()
    arrow = _ARROW.search("x" + piece + "x")
    return arrow.start() - 1 if arrow else None


def problem_label(piece: str) -> str:
    """The label of a solution turned into that of its problem."""
    return re.sub(_SOLUTION_WORDS, "Problem", piece, count=1, flags=re.IGNORECASE)
