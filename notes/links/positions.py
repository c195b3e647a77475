"""Where in a Markdown file a piece of its parsed content stands.

The parser strips indentation, quote marks, list markers and table pipes from what it
hands on, so each line of the content is looked up again in its line of the source.
"""

from __future__ import annotations

from collections.abc import Callable

from markdown_it.token import Token

Place = tuple[int, int]


class Positions:
    """Maps offsets in parsed content to lines and columns, both from 1."""

    def __init__(self, markdown: str) -> None:
        self._lines = markdown.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._row = -1
        self._row_cursor = 0

    def locator(self, block: Token) -> Callable[[int], Place]:
        """Return the function that places an offset of this block's content."""
        first = block.map[0] if block.map else 0
        cell = self._cell_start(first, block.content)

        def place(offset: int) -> Place:
            before = block.content[:offset]
            skipped = before.count("\n")
            in_line = offset - (before.rfind("\n") + 1)
            line = block.content.split("\n")[skipped]
            number = first + skipped
            start = cell if not skipped else self._find(number, line.strip(), 0)
            # Pipes are escaped in a table's source and not in its content.
            escaped = line[:in_line].count("|") if self._is_escaped(number, line) else 0
            lead = len(line) - len(line.lstrip()) if skipped else 0
            return number + 1, start + in_line - lead + escaped + 1

        return place

    def indent(self, line: int, content: str, content_line: int) -> int:
        """Return how far the source is indented more than an HTML block's content."""
        wanted = content.split("\n")[content_line - 1]
        return self._find(line - 1, wanted, 0)

    def _cell_start(self, row: int, content: str) -> int:
        """Find the block's first line, to the right of the cells before it."""
        line = content.partition("\n")[0]
        start = self._find(row, line, self._row_cursor if row == self._row else 0)
        self._row, self._row_cursor = row, start + len(line)
        return start

    def _find(self, number: int, wanted: str, begin: int) -> int:
        if number >= len(self._lines):
            return 0
        source = self._lines[number]
        at = source.find(wanted, begin)
        if at < 0:
            at = source.find(wanted.replace("|", "\\|"), begin)
        return max(at, 0)

    def _is_escaped(self, number: int, line: str) -> bool:
        if "|" not in line or number >= len(self._lines):
            return False
        return line not in self._lines[number]
