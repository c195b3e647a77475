"""Reads and writes the lead of a note: ``**Term**: what it is`` and its relatives."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace as changed
from difflib import SequenceMatcher

from notes.readme.layout import Cutter, Layout, Reading, Slot
from notes.readme.model import Draft, Entry
from notes.readme.plain import LONGEST_TITLE, escape, plain, shorten
from notes.readme.symbols import SYMBOL

# After the term: a colon, or a dash set off by space, and then the text or a new line.
_SEPARATOR = (
    r"(?P<mark>[ \t]*:|[ \t]*[\u2013\u2014\u2212]|[ \t]+-{1,3}(?=\s)|-(?=[ \t]))?"
    r"(?P<space>[ \t]*(?:\\?\n(?:[ \t]*\n)*)?)"
)
_ICON = rf"(?:(?P<icon>{SYMBOL})(?P<set>[ \t]*))?"
_STRONG = re.compile(
    rf"{_ICON}(?P<open>\*\*\*|\*\*|__|\*|_)(?P<term>(?=[^\s*_])"
    r"(?:\\.|`[^`\n]+`|(?!(?P=open)(?!\*))[^\n\\`]){1,150}?)"
    rf"(?P<inner>[ \t]*:[ \t]*)?(?P<close>(?P=open))(?![\w*]){_SEPARATOR}"
)
_LINK = r"\[[^\[\]\n]{1,150}\]\([^()\s]{0,400}\)"
_WORDS = (
    r"(?:[^\W_a-z]|`[^`\n]+`)"
    r"(?:(?![.!?;][ \t]|[ \t]-[ \t]|\*\*|->|=>|\[)"
    r"[^\n:\u2013\u2014\u2212\u2192]){0,59}?"
)
_PLAIN = re.compile(
    rf"{_ICON}(?P<term>{_LINK}|{_WORDS})"
    r"(?P<mark>:(?=\s)|[ \t]+[\u2013\u2014\u2212](?=\s)|[ \t]+-{1,3}(?=[ \t]))"
    r"(?P<space>[ \t]*(?:\\?\n(?:[ \t]*\n)*)?)(?=\S)"
)
_TRAILING_SEPARATOR = re.compile(
    r"[ \t]*(?::|[\u2013\u2014\u2212]|-{1,3})?[ \t]*(?:\\?\n[ \t\n]*)?$"
)
_INNER_COLON = re.compile(r"[ \t]*:[ \t]*(?=(?:\*{1,3}|__?)$)")
_LINKED = re.compile(r"\[(?P<text>[^\[\]\n]+)\](?P<target>\([^()\s]*\))")
_MARKUP = re.compile(
    r"^\s*(?:`{3,}|~{3,})[^`]*$|^(?:[\s>|]+|#{1,6}[ \t]+|[-*+][ \t]+|[-=|:]+$)+"
)
_BLOCK = re.compile(rf"{_MARKUP.pattern}|\d+[.)][ \t]|<", re.MULTILINE)
# A longer beginning is a sentence that has a colon or a dash in it.
_MAX_WORDS_BEFORE_COLON = 8
_MAX_WORDS_BEFORE_DASH = 5
_ALIKE = 0.7

BOLD = Layout(("**", "**: ", ""), (Slot.TITLE, Slot.BODY))


def read_lead(content: str) -> Reading:
    """Take a note apart into its lead and its body; without a lead all is body."""
    match = _strong_lead(content) or _plain_lead(content)
    cutter = Cutter()
    if match is None:
        cutter.slot(Slot.BODY, content)
        return cutter.reading()
    cut_lead(cutter, match)
    rest = content[match.end() :]
    if rest.strip():
        cutter.slot(Slot.BODY, rest)
    else:
        cutter.literal(rest)
    return cutter.reading()


def cut_lead(cutter: Cutter, match: re.Match[str]) -> None:
    groups = match.groupdict()
    if groups["icon"]:
        cutter.slot(Slot.ICON, groups["icon"])
        cutter.literal(groups["set"])
    cutter.literal(groups.get("open") or "")
    cutter.slot(Slot.TITLE, groups["term"])
    for name in ("inner", "close", "mark", "space"):
        cutter.literal(groups.get(name) or "")


def find_lead(content: str) -> re.Match[str] | None:
    return _strong_lead(content) or _plain_lead(content)


def _strong_lead(content: str) -> re.Match[str] | None:
    """A marked term is a lead when a separator, a new line or nothing follows it."""
    match = _STRONG.match(content)
    if match is None:
        return None
    if match["inner"] or match["mark"]:
        return match
    if len(match["open"]) == 1:
        return None
    is_alone = match.end() == len(content) or "\n" in match["space"]
    return match if is_alone else None


def _plain_lead(content: str) -> re.Match[str] | None:
    match = _PLAIN.match(content)
    if match is None:
        return None
    term = match["term"]
    is_colon = match["mark"] == ":"
    most = _MAX_WORDS_BEFORE_COLON if is_colon else _MAX_WORDS_BEFORE_DASH
    is_sentence = not term.startswith("[") and len(term.split()) > most
    return None if is_sentence else match


def title_of(reading: Reading) -> str:
    """The title as plain text: the lead with its emoji, or how the text begins."""
    values = reading.values()
    if Slot.TITLE not in values:
        text = values.get(Slot.PROBLEM) or values.get(Slot.BODY) or ""
        return title_from(text)
    icon = values.get(Slot.ICON, "")
    return shorten(f"{icon} {plain(values[Slot.TITLE])}".strip(), LONGEST_TITLE)


def title_from(markdown: str) -> str:
    """A title for a text that has none: its first words, shortened."""
    lines = markdown.split("\n")
    for at, line in enumerate(lines):
        if plain(_MARKUP.sub("", line)):
            return shorten(plain(_MARKUP.sub("", _unwrapped(lines[at:]))))
    return ""


def _unwrapped(lines: Sequence[str]) -> str:
    """The first line with those that it runs on into on the page."""
    text, *rest = lines
    for line in rest:
        if text.endswith("\\"):
            return text[:-1]
        if text.endswith("  ") or not line.strip() or _BLOCK.match(line):
            break
        text = f"{text} {line}"
    return text


def retitled(draft: Draft, entry: Entry) -> Draft:
    """Where its title was all that a note said, a like title is what it says now.

    Quite another title is one that somebody gives to what was said without.
    """
    words = SequenceMatcher(None, draft.title, entry.title, autojunk=False)
    if draft.title == entry.title or words.ratio() < _ALIKE:
        return draft
    if draft.problem == entry.problem and plain(entry.problem) == entry.title:
        return changed(draft, title="", problem=encode_title(draft.title))
    if draft.body == entry.body and plain(entry.body) == entry.title:
        return changed(draft, title="", body=encode_title(draft.title))
    return draft


def split_icon(title: str) -> tuple[str, str]:
    """Part a title into the emoji at its beginning and the words."""
    match = re.match(rf"({SYMBOL})[ \t]+(?=\S)", title)
    return (match[1], title[match.end() :]) if match else ("", title)


def encode_title(title: str, raw: str = "") -> str:
    """The Markdown of a title; a link around the former one stays."""
    text = escape(title)
    if text.endswith(":"):
        text = text[:-1] + "\\:"
    linked = _LINKED.fullmatch(raw)
    return f"[{text}]{linked['target']}" if linked else text


def close_lead(piece: str) -> str:
    """What stays of the text after a lead when nothing follows it."""
    return _INNER_COLON.sub("", _TRAILING_SEPARATOR.sub("", piece))
