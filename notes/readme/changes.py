"""Takes what another hand did to a README apart into changes that stand alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

from notes.errors import NexusError
from notes.readme.lines import split_lines
from notes.readme.model import ChangeKind, Document, Entry
from notes.readme.parser import parse

# By how many notes there were and are.
KINDS = {
    (0, 1): ChangeKind.NEW,
    (1, 1): ChangeKind.CHANGED,
    (1, 0): ChangeKind.REMOVED,
}


class ChangeClashError(NexusError):
    """What this change is about has changed here too: take what you want of it into
    the notes by hand, then decline it.
    """


@dataclass(frozen=True)
class Change:
    """``before`` becomes ``after``; ``context`` and ``below`` is what stands around it.

    ``source`` is the note's text before the change, empty where there was no note;
    ``start`` is where the change stands in the text that it was found in.
    """

    kind: ChangeKind
    section: str
    title: str
    before: str
    after: str
    context: str = ""
    below: str = ""
    source: str = ""
    start: int = 0

    def applied_to(self, text: str) -> str:
        """The text with this change in it; ChangeClashError where it has no place."""
        start = self._start_in(text)
        return text[:start] + self.after + text[start + len(self.before) :]

    def _start_in(self, text: str) -> int:
        """Where the change belongs: at the one place that looks as it did there."""
        above = self.context + self.before
        for needle, offset in (
            (self.before, 0),
            (above, len(self.context)),
            (self.before + self.below, 0),
        ):
            found = _find(text, needle)
            if len(found) == 1:
                return found[0] + offset
        if not (above or self.below):
            return 0
        raise ChangeClashError


class _Token(NamedTuple):
    """A note, or one line of what is no note."""

    text: str
    section: str
    entry: Entry | None

    @property
    def is_blank(self) -> bool:
        return self.entry is None and not self.text.strip()


Tokens = Sequence[_Token]
Group = list[_Token]


def find_changes(base: str, theirs: str) -> list[Change]:
    """What turns ``base`` into ``theirs``, in the order of the text."""
    old, new = list(_tokens(parse(base))), list(_tokens(parse(theirs)))
    matcher = SequenceMatcher(None, [t.text for t in old], [t.text for t in new])
    found: list[Change] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            found += _changes(old, i1, old[i1:i2], new[j1:j2])
    return found


def _tokens(document: Document) -> Iterator[_Token]:
    yield from (_Token(line, "", None) for line in split_lines(document.preamble))
    for section in document.sections:
        for line in split_lines(section.opening):
            yield _Token(line, section.title, None)
        for entry in section.entries:
            yield _Token(entry.source, section.title, entry)
            for line in split_lines(entry.after):
                yield _Token(line, section.title, None)


def _changes(base: Tokens, at: int, old: Tokens, new: Tokens) -> Iterator[Change]:
    """The changes of one place: a note each where it is only about notes."""
    if not all(token.entry or token.is_blank for token in (*old, *new)):
        yield _change(base, at, old, new)
        return
    before, after = _groups(old), _groups(new)
    titles = SequenceMatcher(None, _titles(before), _titles(after), autojunk=False)
    for tag, i1, i2, j1, j2 in titles.get_opcodes():
        for one, other in _pairs(tag, before[i1:i2], after[j1:j2]):
            if _text(one) != _text(other):
                yield _change(base, at, one, other)
            at += len(one)


def _pairs(tag: str, old: list[Group], new: list[Group]) -> list[tuple[Group, Group]]:
    """Which note became which; several of which nobody can tell stay together."""
    match tag:
        case "delete":
            return [(group, []) for group in old]
        case "insert":
            return [([], group) for group in new]
    if len(old) == len(new):
        return list(zip(old, new, strict=True))
    return [(_flat(old), _flat(new))]


def _groups(tokens: Tokens) -> list[Group]:
    """Each note with the blank lines below it; those above the first go with it."""
    groups: list[Group] = []
    for token in tokens:
        has_entry = bool(groups) and any(t.entry for t in groups[-1])
        if not groups or (token.entry and has_entry):
            groups.append([])
        groups[-1].append(token)
    return groups


def _titles(groups: Sequence[Tokens]) -> list[str]:
    entries = [next((t.entry for t in group if t.entry), None) for group in groups]
    return [entry.title if entry else "" for entry in entries]


def _flat(groups: Sequence[Tokens]) -> list[_Token]:
    return [token for group in groups for token in group]


def _change(base: Tokens, at: int, old: Tokens, new: Tokens) -> Change:
    entries = [[t for t in side if t.entry] for side in (old, new)]
    is_plain = all(t.entry or t.is_blank for t in (*old, *new))
    counts = (len(entries[0]), len(entries[1]))
    shown = [*entries[1], *entries[0], *new, *old][0]
    entry = shown.entry
    return Change(
        kind=KINDS.get(counts, ChangeKind.TEXT) if is_plain else ChangeKind.TEXT,
        section=shown.section,
        title=entry.title if entry and is_plain else "",
        before=_text(old),
        after=_text(new),
        context=_context(base[:at]),
        below=_below(base[at + len(old) :]),
        source=entries[0][0].text if entries[0] else "",
        start=len(_text(base[:at])),
    )


def _context(above: Tokens) -> str:
    """The last note or line of text above, with the blank lines after it."""
    solid = [n for n, token in enumerate(above) if not token.is_blank]
    return _text(above[solid[-1] if solid else 0 :])


def _below(below: Tokens) -> str:
    """The first note or line of text below, with the blank lines before it."""
    solid = next((n for n, token in enumerate(below) if not token.is_blank), None)
    return "" if solid is None else _text(below[: solid + 1])


def _text(tokens: Tokens) -> str:
    return "".join(token.text for token in tokens)


def _find(text: str, needle: str) -> list[int]:
    """Where whole lines read like this."""
    if not needle:
        return []
    found, start = [], text.find(needle)
    while start >= 0:
        if start == 0 or text[start - 1] == "\n":
            found.append(start)
        start = text.find(needle, start + 1)
    return found
