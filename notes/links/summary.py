"""What the checks of several links saw, in one line for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Protocol

from notes.links.verdicts import Verdict

FINE = {Verdict.ALIVE, Verdict.MOVED, Verdict.REDIRECTED, Verdict.FLAKY}
# Each verdict by its own name, the worst first.
NAMES = {
    Verdict.DEAD: "broken",
    Verdict.UNSAFE: "unsafe",
    Verdict.FLAKY: "shaky",
    Verdict.BLOCKED: "blocked",
    Verdict.UNSUPPORTED: "unsupported",
    Verdict.UNCHECKED: "not reached",
    Verdict.MOVED: "moved",
    Verdict.REDIRECTED: "redirects",
    Verdict.ALIVE: "fine",
}
IN_WORDS = {Verdict.DEAD: "broken", Verdict.UNCHECKED: "not reached"}


class Judged(Protocol):
    """A link or the result of looking at one."""

    @property
    def verdict(self) -> str: ...


def summary(links: Iterable[Judged]) -> str:
    """`4 links: 3 fine, 1 broken`."""
    return in_a_line(Counter(link.verdict for link in links))


def in_a_line(by_verdict: Mapping[str, int]) -> str:
    """The same of links that are counted already."""
    counts: Counter[str] = Counter()
    for verdict, count in by_verdict.items():
        counts[in_a_word(verdict)] += count
    total = counts.total()
    if not total:
        return "no links"
    parts = ", ".join(f"{count} {word}" for word, count in counts.most_common())
    return f"{total} {'link' if total == 1 else 'links'}: {parts}"


def in_a_word(verdict: str) -> str:
    """A verdict as the notes' pages name it."""
    return "fine" if verdict in FINE else IN_WORDS.get(Verdict(verdict), verdict)
