"""Template filters for texts that people wrote."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.timesince import timesince

from notes import markdown
from notes.links import relative, summary
from notes.links.verdicts import Verdict
from notes.models import Note
from notes.readme.model import Entry
from notes.readme.plain import plain
from notes.views.access import Access

register = template.Library()


@register.filter(name="markdown")
def show_markdown(text: str, below: int = 1) -> SafeString:
    """Markdown as safe HTML, its headings under a heading of level ``below``."""
    return markdown.render(text, below=below)


register.filter("in_a_word", summary.in_a_word)
register.filter("as_written", relative.as_written)


@register.filter
def verdict_name(verdict: str) -> str:
    """A verdict as the report on links names it."""
    return summary.NAMES[Verdict(verdict)]


@register.filter
def ago(moment: datetime) -> str:
    """`just now`, `5 minutes ago`, `2 days ago`."""
    if timezone.now() - moment < timedelta(minutes=1):
        return "just now"
    return f"{timesince(moment, depth=1)} ago"


@register.filter
def headline(title: str) -> SafeString:
    """A title, which is plain text but for words in backticks."""
    return mark_safe(re.sub("`([^`]+)`", r"<code>\1</code>", escape(title)))  # noqa: S308


@register.filter
def has_own_title(note: Note) -> bool:
    """Whether the title says what the text does not begin with anyway."""
    beginning = note.title.rstrip("\u2026")
    return bool(note.title) and not plain(note.markdown).startswith(beginning)


@register.filter
def in_words(name: str) -> str:
    """A name of the code for people: `next_step` is a next step."""
    return name.replace("_", " ")


@register.filter
def named(entry: Entry) -> str:
    """An entry's title, or how its text begins."""
    text = plain(entry.body or entry.problem or entry.source)
    return entry.title or Truncator(" ".join(text.split())).chars(80)


@register.filter
def may_edit(access: Access, note: Note) -> bool:
    """Whether the person in front of the page may change this note."""
    return access.may_edit(note)


@register.filter
def markdown_document(text: str) -> SafeString:
    """A whole README as safe HTML, with anchors."""
    return markdown.render_document(text)
