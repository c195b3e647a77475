"""Finds the top-level blocks of a Markdown text by their lines, in one pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from markdown_it import MarkdownIt
from markdown_it.token import Token

from notes.readme.lines import is_blank


class BlockKind(Enum):
    HEADING = auto()
    ITEM = auto()
    HEADER = auto()
    ROW = auto()
    PARAGRAPH = auto()
    RULE = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Block:
    """Lines ``start`` up to ``end``; ``group`` is the first line of its list or table.

    ``level`` and ``text`` are set for a heading, ``text`` also for a paragraph.
    """

    kind: BlockKind
    start: int
    end: int
    group: int = -1
    level: int = 0
    text: str = ""


def _block_reader() -> MarkdownIt:
    """CommonMark with GFM tables; inline text stays unread, which halves the cost."""
    reader = MarkdownIt("commonmark").enable("table")
    reader.core.ruler.enableOnly(["normalize", "block"])
    return reader


_READER = _block_reader()
_NAMES = {
    "list_item_open": BlockKind.ITEM,
    "tr_open": BlockKind.ROW,
    "paragraph_open": BlockKind.PARAGRAPH,
    "hr": BlockKind.RULE,
}
_ROW_LEVEL = 2
_CONTAINERS = frozenset({"bullet_list_open", "ordered_list_open", "table_open"})


def block_tokens(text: str) -> list[Token]:
    return _READER.parse(text)


def read_blocks(text: str, lines: Sequence[str]) -> list[Block]:
    """The top-level blocks in order; list items and table rows one by one."""
    tokens = _READER.parse(text)
    return [_trimmed(block, lines) for block in _blocks(tokens)]


def _trimmed(block: Block, lines: Sequence[str]) -> Block:
    """Without the blank lines that the parser counts to the end of a list item."""
    end = min(block.end, len(lines))
    while end > block.start + 1 and is_blank(lines[end - 1]):
        end -= 1
    if end == block.end:
        return block
    return Block(block.kind, block.start, end, block.group, block.level, block.text)


def _blocks(tokens: list[Token]) -> Iterator[Block]:
    group = -1
    in_table = False
    for index, token in enumerate(tokens):
        if token.map is None or token.level > _ROW_LEVEL:
            continue
        start, end = token.map
        if token.level == 0:
            in_table = token.type == "table_open"
            if token.type in _CONTAINERS:
                group = start
            else:
                yield _plain_block(token, tokens[index + 1 : index + 2], start, end)
        elif token.level == 1 and token.type == "list_item_open":
            yield Block(BlockKind.ITEM, start, end, group)
        elif in_table and token.type == "tr_open":
            kind = BlockKind.HEADER if start == group else BlockKind.ROW
            # The parser's map of the header row leaves out the delimiter row.
            yield Block(kind, start, start + 1 + (start == group), group)


def _plain_block(token: Token, following: list[Token], start: int, end: int) -> Block:
    text = following[0].content if following else ""
    if token.type == "heading_open":
        return Block(BlockKind.HEADING, start, end, level=int(token.tag[1]), text=text)
    kind = _NAMES.get(token.type, BlockKind.OTHER)
    return Block(kind, start, end, text=text if kind is BlockKind.PARAGRAPH else "")
