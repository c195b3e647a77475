"""Links found in Markdown by its parser, with where each one stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.autolink import autolink
from markdown_it.rules_inline.backticks import backtick
from markdown_it.rules_inline.html_inline import html_inline
from markdown_it.rules_inline.image import image
from markdown_it.rules_inline.link import link
from markdown_it.rules_inline.linkify import linkify
from markdown_it.token import Token

from notes.links.html import html_links
from notes.links.positions import Positions

InlineRule = Callable[[StateInline, bool], bool]
POSITIONED = {
    "autolink": autolink,
    "backticks": backtick,
    "html_inline": html_inline,
    "image": image,
    "link": link,
}
# GFM takes any last label, where the library knows a list from long ago.
ANY_TLD = ["[a-z]{2,63}"]
# GFM's extended email autolink; the library misses those in brackets.
MAIL_ADDRESS = r"(?<![\w.+-])()[a-z0-9.+_-]+@(?:[a-z0-9_-]+\.)+[a-z0-9_-]*[a-z0-9]"
TRAILING = re.compile(r"(?:&[a-z]+;|[?!.,:;*_~'\"])+$", re.IGNORECASE)
CODE_TAGS = ("<code", "<pre", "<kbd", "<samp")


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A link as it is written; `line` and `column` count from 1."""

    url: str
    line: int
    column: int
    text: str


def links(markdown: str) -> list[FoundLink]:
    """Return every link that a reader of the rendered page could follow or see."""
    positions = Positions(markdown)
    found: list[FoundLink] = []
    for block in PARSER.parse(markdown):
        if block.type == "inline" and block.children and block.map:
            found.extend(_inline_links(block, positions))
        elif block.type == "html_block" and block.map:
            for tag in html_links(block.content):
                line = block.map[0] + tag.line
                column = tag.column + (positions.indent(line, block.content, tag.line))
                found.append(FoundLink(tag.url, line, column, tag.text))
    return found


def _inline_links(block: Token, positions: Positions) -> Iterator[FoundLink]:
    """Walk the children, knowing at each how far into the content it stands."""
    cursor, code_depth = 0, 0
    place = positions.locator(block)
    children = block.children or []
    for index, child in enumerate(children):
        start = int(child.meta.get("start", cursor))
        if child.type == "html_inline":
            code_depth = max(0, code_depth + _code_change(child.content))
            for tag in html_links(child.content):
                yield FoundLink(tag.url, *place(start), tag.text)
        elif child.type == "image":
            yield FoundLink(str(child.attrs["src"]), *place(start), child.content)
        elif child.type == "link_open":
            text = _text_of(children, index)
            url = str(child.attrs["href"])
            if child.markup == "linkify":
                start = block.content.find(text, start if child.meta else cursor)
                if code_depth:
                    continue
                url = f"http://{url}" if url == text and "://" not in url else url
                # What GFM takes for the sentence's punctuation, not for the URL's.
                url, text = TRAILING.sub("", url), TRAILING.sub("", text)
            yield FoundLink(url, *place(start), text)
        cursor = int(child.meta.get("end", cursor))


def _code_change(tag: str) -> int:
    lowered = tag.lower()
    if lowered.startswith(CODE_TAGS):
        return 1
    return -1 if lowered.startswith(tuple(f"</{t[1:]}" for t in CODE_TAGS)) else 0


def _text_of(children: list[Token], opened: int) -> str:
    level = children[opened].level
    text = []
    for child in children[opened + 1 :]:
        if child.type == "link_close" and child.level == level:
            break
        text.append(child.content)
    return "".join(text)


def _positioned(rule: InlineRule) -> InlineRule:
    """Let a rule note where in the content its token starts and ends."""

    def run(state: StateInline, silent: bool) -> bool:
        start, before = state.pos, len(state.tokens)
        matched = rule(state, silent)
        if matched and not silent:
            new = (t for t in state.tokens[before:] if t.type != "text")
            token = next(new, None)
            if token is not None:
                token.meta.setdefault("start", start)
                token.meta["end"] = state.pos
        return matched

    return run


def _bare_url_positioned(state: StateInline, silent: bool) -> bool:
    """The rule fires at the colon, after the scheme has been read as text."""
    matched = linkify(state, silent)
    if matched and not silent:
        opened, text = state.tokens[-3], state.tokens[-2]
        opened.meta |= {"start": state.pos - len(text.content), "end": state.pos}
    return matched


class _AsWritten(MarkdownIt):
    """A parser that hands links on unchanged, also those a renderer would refuse."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        return link

    def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802
        return True


def _linkifier() -> LinkifyIt:
    """Find what GFM finds: schemes, www. and addresses, but no README.md."""
    linkifier = LinkifyIt(options={"fuzzy_link": False}).tlds(ANY_TLD)
    host_and_path = linkifier.re["src_host_port_strict"] + linkifier.re["src_path"]
    linkifier.add("www.", {"validate": f"^{host_and_path}"}).add("//", None)
    linkifier.re["email_fuzzy"] = MAIL_ADDRESS
    return linkifier


def _parser() -> MarkdownIt:
    parser = _AsWritten("gfm-like")
    parser.linkify = _linkifier()
    for name, rule in POSITIONED.items():
        parser.inline.ruler.at(name, _positioned(rule))
    parser.inline.ruler.at("linkify", _bare_url_positioned)
    return parser


PARSER = _parser()
