"""A README read once, for all that look at it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from markdown_it import MarkdownIt
from markdown_it.token import Token

from notes.readme.lines import line_ending, split_lines
from notes.readme.parser import BOM

_PARSER = MarkdownIt("gfm-like", {"linkify": False, "html": True})
_CODE = frozenset({"fence", "code_block"})


class Source:
    """The text without its byte order mark, which no check has to know of."""

    def __init__(self, text: str) -> None:
        self.mark = BOM if text.startswith(BOM) else ""
        self.text = text.removeprefix(BOM)
        self.lines = split_lines(self.text)
        self.ending = line_ending([self.text])

    @cached_property
    def tokens(self) -> list[Token]:
        return _PARSER.parse(self.text)

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
