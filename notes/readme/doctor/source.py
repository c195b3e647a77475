"""A README read once, for all that look at it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from notes.readme.lines import line_ending, split_lines
from notes.readme.parser import BOM

_PARSER = MarkdownIt("gfm-like", {"linkify": False, "html": True})
_BLOCK_PARSER = MarkdownIt("gfm-like", {"linkify": False, "html": True})
_BLOCK_PARSER.core.ruler.enableOnly(["normalize", "block"])
_LISTS = frozenset({"bullet_list_open", "ordered_list_open"})
_CODE = frozenset({"fence", "code_block"})


class Source:
    """The text without its byte order mark, which no check has to know of."""

    def __init__(self, text: str) -> None:
        self.mark = BOM if text.startswith(BOM) else ""
        self.text = text.removeprefix(BOM)
        self.lines = split_lines(self.text)
        self.ending = line_ending([self.text])
        self.definitions: dict[str, Any] = {}

    @cached_property
    def tokens(self) -> list[Token]:
        """The blocks; what is within their lines is not taken apart, which is slow."""
        return _BLOCK_PARSER.parse(self.text, self.definitions)

    def children(self, inline: Token) -> list[Token]:
        """The words of a block with their marks and links."""
        parsed = _PARSER.parseInline(inline.content, self.definitions)
        return [child for token in parsed for child in token.children or []]

    @cached_property
    def _parts(self) -> list[tuple[int, int]]:
        """The lines of each block or, of a list, of each item."""
        return [
            (token.map[0], token.map[1])
            for token in self.tokens
            if token.map and token.nesting >= 0
            if (token.level, token.type) == (1, "list_item_open")
            or (token.level == 0 and token.type not in _LISTS)
        ]

    def around(self, line: int) -> tuple[int, int]:
        """The lines of the part that a line is in, with those before and after it."""
        ends = [end for _, end in self._parts]
        at = bisect_right(ends, line)
        near = self._parts[max(at - 1, 0) : at + 2]
        return (near[0][0], near[-1][1]) if near else (0, len(self.lines))

    @cached_property
    def code_lines(self) -> frozenset[int]:
        """The lines that show as code, counted from 0."""
        maps = (token.map for token in self.tokens if token.type in _CODE and token.map)
        return frozenset(line for start, end in maps for line in range(start, end))

    def blocks(self, kind: str) -> Iterator[tuple[Token, Token, int]]:
        """The opening token of each block, what is in it, and its first line."""
        pairs = zip(self.tokens, self.tokens[1:], strict=False)
        for opening, inline in pairs:
            if opening.type == kind and opening.map:
                yield opening, inline, opening.map[0]
