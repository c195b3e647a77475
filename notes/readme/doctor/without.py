"""Takes a line out, where all other lines still say the same at the same depth."""

from __future__ import annotations

from collections.abc import Iterator

from notes.readme.doctor.findings import Edit, Repair
from notes.readme.doctor.source import Source


def take_out(source: Source, at: int) -> Iterator[Repair]:
    start, end = source.around(at)
    lines = source.lines[start:end]
    rest = [*lines[: at - start], *lines[at - start + 1 :]]
    before, after = Source("".join(lines)), Source("".join(rest))
    if _words(after) == _words(before, without=at - start):
        yield Repair(f"Take line {at + 1} out", (Edit(at, at + 1, ""),))


def _words(source: Source, without: int | None = None) -> list[tuple[int, str]]:
    """All that a README says and how deep it stands, but for what a line says.

    Of a table's row only one cell can be left out: what others say would be lost.
    """
    found = []
    for token in source.tokens:
        lines = token.content.split("\n") if token.content else []
        start, end = token.map or (0, 0)
        if without is not None and token.type == "inline" and start <= without < end:
            del lines[without - start : without - start + 1]
            without = None
        if lines:
            found.append((token.level, "\n".join(lines)))
    return found
