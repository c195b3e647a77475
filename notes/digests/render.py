"""Renders an edition once, for everybody: its pieces and its page of the archive.

A mail is a frame around pieces. Only the links in its footer differ from reader to
reader; placeholders stand for them until each mail is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import css_inline
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from notes import markdown
from notes.digests.contents import Contents, Item
from notes.digests.excerpt import excerpt, fold
from notes.digests.pieces import LEFT_OUT, Piece
from notes.digests.schedule import Week
from notes.digests.untold import BadLink
from notes.digests.wording import (
    days_of,
    many,
    some,
    summarise,
    thank,
    underlined,
)

# Addresses that cannot exist, of characters that no escaping and no folding changes.
PLACEHOLDERS = {
    "unsubscribe_url": "https://your-own-link.invalid/unsubscribe/",
    "preferences_url": "https://your-own-link.invalid/preferences/",
}
# Gmail clips a mail whose HTML is longer than 102 KB.
MAX_HTML_BYTES = 100_000
ROOM = MAX_HTML_BYTES - 12_000  # the frame of one edition takes less than the rest
MOST_HUBS = 3  # by name in a sentence
MAX_NAMES = 12

# Where one piece of a mail ends and the next begins; no field can hold a comment.
CUT = "<!--cut-->"

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
    items: Sequence[Item]
    count: int
    rows: int
    is_news: bool = True

    @property
    def shown(self) -> Sequence[Item]:
        return self.items[: self.rows]

    @property
    def left_out(self) -> int:
        return self.count - len(self.shown)

    @property
    def rule(self) -> str:
        return underlined(self.heading)


@dataclass(frozen=True)
class BadLinks:
    """A heading with links; ``left_out`` of them found no room."""

    heading: str
    links: Sequence[BadLink]
    left_out: int

    @property
    def rule(self) -> str:
        return underlined(self.heading)


@dataclass(frozen=True)
class Rendered:
    """A whole edition, ready to be frozen."""

    subject: str
    summary: str
    pieces: tuple[Piece, ...]
    page: str


@dataclass(frozen=True)
class Source:
    """What the foot of a mail says of each edition in it."""

    hub_title: str
    hub_url: str
    edition_url: str


def render(contents: Contents) -> Rendered:
    """The edition in as much detail as a mail has room for."""
    for detail in DETAILS:
        rendered = _render(contents, detail)
        if sum(piece.bytes for piece in rendered.pieces) <= ROOM:
            break
    return rendered


def frame(
    *, subject: str, summary: str, sources: Sequence[Source], left_out: int = 0
) -> tuple[str, str, str]:
    """What stands around the pieces of a mail: HTML before and after, text after.

    ``left_out`` is how many editions the mail only counts.
    """
    because = _because(sources)
    context = {
        "subject": subject,
        "summary": summary,
        "sources": sources,
        "left_out": many(left_out, "more digest") if left_out else "",
        "home_url": f"{settings.BASE_URL}/",
        "because": because,
        **PLACEHOLDERS,
    }
    html = render_to_string("notes/digests/digest.html", context)
    before, _, after = _INLINER.inline(html).partition(CUT)
    text = render_to_string(
        "notes/digests/digest.txt", {**context, "because": fold(because)}
    )
    return before, after, text


def personalise(frozen: str, links: Mapping[str, str]) -> str:
    """Put a reader's own links, by the names of PLACEHOLDERS, into text or HTML."""
    for name, placeholder in PLACEHOLDERS.items():
        frozen = frozen.replace(placeholder, links[name])
    return frozen


def _because(sources: Sequence[Source]) -> str:
    titles = list(dict.fromkeys(source.hub_title for source in sources))
    hubs = some(titles, at_most=MOST_HUBS)
    return (
        f"You get this mail once a week because you subscribed to the digest of {hubs}."
        " A week without notes sends nothing. Nexus counts neither openings nor clicks."
    )


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
    context = _context(contents)
    head = render_to_string("notes/digests/_head.html", context)
    plain = [
        _piece("opening", context),
        *_group_pieces(contents, context, detail),
        _piece("left_out", context, group=LEFT_OUT),
        _piece("end", context),
    ]
    first, *others = _inline([head + plain[0].html, *(p.html for p in plain[1:])])
    return Rendered(
        subject=context["subject"],
        summary=context["summary"],
        pieces=tuple(
            replace(piece, html=html)
            for piece, html in zip(plain, [first, *others], strict=True)
        ),
        page="".join(piece.html for piece in plain if piece.group != LEFT_OUT),
    )


def _group_pieces(
    contents: Contents, context: Mapping[str, Any], detail: Detail
) -> Iterator[Piece]:
    for number, group in enumerate(_groups(contents, detail)):
        around = {**context, "group": group}
        yield _piece("group", around, group=number)
        for item in group.shown:
            entry = {"entry": _entry(item, detail.characters)}
            yield _piece(
                "entry", entry, group=number, tags=item.tags, is_news=group.is_news
            )
        yield _piece("group_end", around, group=number)


def _piece(name: str, context: Mapping[str, Any], **about: Any) -> Piece:
    """Both forms of a piece; a text without blank lines around it."""
    html = render_to_string(f"notes/digests/_{name}.html", {**context})
    text = render_to_string(f"notes/digests/_{name}.txt", {**context})
    folded = re.sub(r"\n{3,}", "\n\n", text).strip("\n")
    return Piece(html=html, text=folded, **about)


def _inline(pieces: Sequence[str]) -> list[str]:
    """Give the pieces of a mail their styles, all at once and in their places."""
    content = mark_safe(CUT + CUT.join(pieces) + CUT)  # noqa: S308
    html = render_to_string("notes/digests/mail.html", {"content": content})
    return _INLINER.inline(html).split(CUT)[1:-1]


def _context(contents: Contents) -> dict[str, Any]:
    summary = summarise(contents)
    notes = many(len(contents.items), "note")
    return {
        "subject": f"{contents.hub_title}, week {contents.week.number}: {notes}",
        "summary": summary,
        "summary_text": fold(f"{summary}."),
        "hub_title": contents.hub_title,
        "hub_url": contents.hub_url,
        "edition_url": contents.edition_url,
        "week": contents.week,
        "days": days_of(contents.week, since=contents.since),
        "since": _since(contents),
        "bad_links": list(_bad_links(contents)),
        "tags": contents.tags[:MAX_NAMES],
        "thanks": thank(contents.contributors, at_most=MAX_NAMES),
    }


def _bad_links(contents: Contents) -> Iterator[BadLinks]:
    """What is wrong with links, under one heading for each kind."""
    if contents.broken_links:
        broken, count = contents.broken_links, contents.broken_count
        yield BadLinks("Broken links", broken, count - len(broken))
    if contents.missing_anchors:
        missing, count = contents.missing_anchors, contents.missing_count
        yield BadLinks("Missing anchors", missing, count - len(missing))


def _since(contents: Contents) -> str:
    """Which weeks it makes up for; empty when there are none."""
    if contents.since == contents.week:
        return ""
    before = Week.of(contents.week.start - timedelta(weeks=1))
    days = days_of(before, since=contents.since)
    return f"It also tells of {days}, when no digest was composed."


def _groups(contents: Contents, detail: Detail) -> list[Group]:
    """The week's notes, then what was solved, then what still waits for an idea."""
    groups = [
        Group(heading, items, len(items), detail.rows)
        for heading, items in contents.groups
    ]
    solved, still_open = contents.solved, contents.open_challenges
    if solved:
        groups.append(Group("Challenges solved", solved, len(solved), detail.rows))
    if still_open:
        heading = "Challenges still without a solution"
        count = contents.open_count
        groups.append(Group(heading, still_open, count, detail.rows, is_news=False))
    return groups


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
