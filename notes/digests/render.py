"""Renders an edition once, for everybody: subject, text, HTML and archive page.

Only the links in the footer differ from reader to reader. Placeholders stand for them
that give way to a plain replacement as each mail is made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import css_inline
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from notes import markdown
from notes.digests.contents import Contents, Item
from notes.digests.excerpt import excerpt, fold
from notes.digests.wording import days_of, many, summarise, thank, underlined

# Addresses that cannot exist, of characters that no escaping and no folding changes.
PLACEHOLDERS = {
    "unsubscribe_url": "https://your-own-link.invalid/unsubscribe/",
    "preferences_url": "https://your-own-link.invalid/preferences/",
}
# Gmail clips a mail whose HTML is longer than 102 KB.
MAX_HTML_BYTES = 100_000
MAX_NAMES = 12

_INLINER = css_inline.CSSInliner(load_remote_stylesheets=False)


@dataclass(frozen=True)
class Detail:
    """How much of a note, and how many notes under one heading."""

    characters: int
    rows: int


# From generous to bare; a week gets the first that fits into a mail.
DETAILS = (
    Detail(characters=900, rows=40),
    Detail(characters=400, rows=30),
    Detail(characters=150, rows=20),
    Detail(characters=0, rows=12),
    Detail(characters=0, rows=4),
)


@dataclass(frozen=True)
class Part:
    """A piece of a note: all of it, or its problem, or its solution."""

    label: str
    markdown: str

    @property
    def html(self) -> SafeString:
        return markdown.render(self.markdown, below=3)

    @property
    def text(self) -> str:
        return fold(self.markdown, indent="  ")


@dataclass(frozen=True)
class Entry:
    """A note as it stands in the mail."""

    title: str
    url: str
    author: str
    parts: tuple[Part, ...]
    is_cut: bool


@dataclass(frozen=True)
class Group:
    """A heading with its notes; ``left_out`` of them found no room."""

    heading: str
    entries: tuple[Entry, ...]
    left_out: int

    @property
    def rule(self) -> str:
        return underlined(self.heading)


@dataclass(frozen=True)
class Rendered:
    """A whole edition, ready to be frozen."""

    subject: str
    summary: str
    text: str
    html: str
    page: str


def render(contents: Contents) -> Rendered:
    """The edition in as much detail as a mail has room for."""
    for detail in DETAILS:
        rendered = _render(contents, detail)
        if len(rendered.html.encode()) <= MAX_HTML_BYTES:
            break
    return rendered


def personalise(frozen: str, links: Mapping[str, str]) -> str:
    """Put a reader's own links, by the names of PLACEHOLDERS, into text or HTML."""
    for name, placeholder in PLACEHOLDERS.items():
        frozen = frozen.replace(placeholder, links[name])
    return frozen


def confirmation_subject(hub_title: str) -> str:
    return f"Please confirm: the weekly digest of {hub_title}"


def confirmation(*, hub_title: str, hub_url: str, confirm_url: str) -> tuple[str, str]:
    """Text and HTML of the question whether a subscription was meant."""
    context = {
        "subject": confirmation_subject(hub_title),
        "summary": "One click, and the next digest comes to you.",
        "hub_title": hub_title,
        "hub_url": hub_url,
        "confirm_url": confirm_url,
    }
    html = render_to_string("notes/digests/confirmation.html", context)
    text = render_to_string("notes/digests/confirmation.txt", context)
    return text.strip() + "\n", _INLINER.inline(html)


def _render(contents: Contents, detail: Detail) -> Rendered:
    context = _context(contents, detail)
    page = render_to_string("notes/digests/_page.html", context)
    html = render_to_string(
        "notes/digests/digest.html",
        context | {"page": mark_safe(page)},  # noqa: S308
    )
    text = render_to_string("notes/digests/digest.txt", context)
    return Rendered(
        subject=context["subject"],
        summary=context["summary"],
        text=re.sub(r"\n{3,}", "\n\n", text).strip() + "\n",
        html=_INLINER.inline(html),
        page=page,
    )


def _context(contents: Contents, detail: Detail) -> dict[str, Any]:
    summary = summarise(contents)
    notes = many(len(contents.items), "note")
    return {
        "subject": f"{contents.hub_title}, week {contents.week.number}: {notes}",
        "summary": summary,
        "summary_text": fold(f"{summary}."),
        "hub_title": contents.hub_title,
        "hub_url": contents.hub_url,
        "edition_url": contents.edition_url,
        **PLACEHOLDERS,
        "week": contents.week,
        "days": days_of(contents.week),
        "groups": _groups(contents, detail),
        "broken_links": contents.broken_links,
        "broken_left_out": contents.broken_count - len(contents.broken_links),
        "broken_rule": underlined("Broken links"),
        "tags": contents.tags[:MAX_NAMES],
        "thanks": thank(contents.contributors, at_most=MAX_NAMES),
    }


def _groups(contents: Contents, detail: Detail) -> list[Group]:
    """The week's notes, then what was solved, then what still waits for an idea."""
    groups = [
        _group(heading, items, detail, count=len(items))
        for heading, items in contents.groups
    ]
    solved, still_open = contents.solved, contents.open_challenges
    if solved:
        groups.append(_group("Challenges solved", solved, detail, count=len(solved)))
    if still_open:
        heading = "Challenges still without a solution"
        groups.append(_group(heading, still_open, detail, count=contents.open_count))
    return groups


def _group(heading: str, items: Sequence[Item], detail: Detail, *, count: int) -> Group:
    shown = items[: detail.rows]
    entries = tuple(_entry(item, detail.characters) for item in shown)
    return Group(heading, entries, left_out=count - len(shown))


def _entry(item: Item, characters: int) -> Entry:
    whole = {"": item.body, "Problem": item.problem, "Solution": item.solution}
    written = {label: text.strip() for label, text in whole.items() if text.strip()}
    if not characters:
        return Entry(item.title, item.url, item.author, (), is_cut=bool(written))
    parts = tuple(
        Part(label, excerpt(text, characters=characters))
        for label, text in written.items()
    )
    is_cut = any(part.markdown != written[part.label] for part in parts)
    return Entry(item.title, item.url, item.author, parts, is_cut)
