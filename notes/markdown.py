"""Turns the Markdown that people wrote into HTML that is safe to show.

CommonMark with GitHub's tables, strikethrough, task boxes and bare addresses. Pictures
become their description: the pages load nothing from elsewhere.
"""

from __future__ import annotations

import re

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.anchors import anchors_plugin

ID_PREFIX = "text-"
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
ALIGNED = {"td": {"align", "colspan", "rowspan"}, "th": {"align", "colspan", "rowspan"}}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "abbr": {"title"}, **ALIGNED}
TAGS = nh3.ALLOWED_TAGS - {"area", "img", "map", "nav", "header", "footer", "article"}
BOXES = {"[ ] ": "☐ ", "[x] ": "☑ ", "[X] ": "☑ "}


def render(markdown: str, *, below: int = 1) -> SafeString:
    """The HTML of a note; its largest heading stands one level under ``below``."""
    html = nh3.clean(
        _NOTES.render(markdown),
        tags=TAGS,
        attributes=ATTRIBUTES,
        allowed_classes={"span": {"picture"}},
        link_rel="nofollow noopener ugc",
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
    )
    return mark_safe(_shift_headings(html, below))  # noqa: S308


def render_document(markdown: str, *, below: int = 1) -> SafeString:
    """The HTML of a whole README, whose table of contents leads to its headings."""
    html = nh3.clean(
        _DOCUMENTS.render(markdown),
        tags=TAGS,
        attributes=ATTRIBUTES | {heading: {"id"} for heading in HEADINGS},
        allowed_classes={"span": {"picture"}},
        link_rel="nofollow noopener ugc",
        url_schemes={"http", "https", "mailto"},
        url_relative=_own_anchor,
        id_prefix=ID_PREFIX,
    )
    return mark_safe(_shift_headings(html, below))  # noqa: S308


def _own_anchor(url: str) -> str | None:
    """Only places in the same text are left of relative addresses."""
    return f"#{ID_PREFIX}{url[1:]}" if url.startswith("#") else None


def _shift_headings(html: str, below: int) -> str:
    """Works on the cleaner's output, where a `<` always begins a tag."""
    return re.sub(
        r"(</?h)([1-6])(?=[\s>])",
        lambda match: f"{match[1]}{min(int(match[2]) + below, 6)}",
        html,
    )


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "linkify": True})
    parser.enable(["table", "strikethrough", "linkify"])
    # Otherwise README.md would be a host in Moldova.
    parser.linkify.set({"fuzzy_link": False, "fuzzy_email": False})  # type: ignore[union-attr]
    parser.core.ruler.push("align_without_style", _align_without_style)
    parser.core.ruler.push("task_boxes", _draw_task_boxes)
    parser.add_render_rule("image", _describe_picture)
    return parser


def _align_without_style(state: StateCore) -> None:
    """The content security policy refuses style attributes."""
    for token in state.tokens:
        if token.type in {"th_open", "td_open"} and "style" in token.attrs:
            style = str(token.attrs.pop("style"))
            token.attrs["align"] = style.removeprefix("text-align:")


def _draw_task_boxes(state: StateCore) -> None:
    tokens = state.tokens
    for item, _, inline in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if item.type == "list_item_open":
            _draw_task_box(inline)


def _draw_task_box(inline: Token) -> None:
    first = inline.children[0] if inline.children else None
    if first and first.type == "text" and first.content[:4] in BOXES:
        first.content = BOXES[first.content[:4]] + first.content[4:]


def _describe_picture(
    renderer: RendererHTML,
    tokens: list[Token],
    index: int,
    options: OptionsDict,
    env: EnvType,
) -> str:
    words = renderer.renderInlineAsText(tokens[index].children, options, env)
    return f'<span class="picture">{escape(words or "picture")}</span>'


_NOTES = _parser()
_DOCUMENTS = _parser().use(anchors_plugin, max_level=6)
