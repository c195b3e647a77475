"""Template filters for texts that people wrote."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from notes import markdown

register = template.Library()


@register.filter(name="markdown")
def show_markdown(text: str, below: int = 1) -> SafeString:
    """Markdown as safe HTML, its headings under a heading of level ``below``."""
    return markdown.render(text, below=below)


@register.filter
def markdown_document(text: str) -> SafeString:
    """A whole README as safe HTML, with anchors."""
    return markdown.render_document(text)
