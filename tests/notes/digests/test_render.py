from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from notes.digests import render
from notes.digests.compose import freeze
from notes.digests.contents import Contents, Item
from notes.digests.message import Letter
from notes.digests.pieces import thaw
from notes.digests.render import PLACEHOLDERS
from notes.digests.untold import BadLink
from notes.models import Edition, Hub, Subscriber
from notes.readme.model import SectionKind
from tests.notes.digests.weeks import WEEK

NOTE = Item(
    title="Late <b>acks</b>",
    url="https://nexus.example/h/backend/notes/1/",
    author="Ada & Co",
    kind=SectionKind.TECHNOLOGY,
    body="A task is given back **when** its worker dies.",
    problem="",
    solution="",
)
SOLVED = replace(
    NOTE, title="N+1", body="", problem="Slow list.", solution="`select_related`"
)
OPEN = replace(NOTE, title="Deadlock", body="", problem="Who locks first?")
CONTENTS = Contents(
    hub_title="Backend hub",
    hub_url="https://nexus.example/h/backend/",
    edition_url="https://nexus.example/h/backend/digests/2026-W47/",
    week=WEEK,
    since=WEEK,
    items=(NOTE, SOLVED),
    open_challenges=(OPEN,),
    open_count=3,
    broken_links=(
        BadLink(
            "https://gone.example/?a=1&b=2", "Answered 404.", "N+1", NOTE.url, 1, 1
        ),
    ),
    broken_count=2,
    missing_anchors=(
        BadLink(
            "https://here.example/#gone", "The page has no #gone.", "A", NOTE.url, 2, 1
        ),
    ),
    missing_count=1,
    contributors=(("Ada & Co", 2),),
    tags=(("django", 2), ("celery", 1)),
)


def text_of(contents: Contents) -> str:
    """The text of a mail with nothing but this edition."""
    return letter(contents).text


def html_of(contents: Contents) -> str:
    return letter(contents).html


def letter(contents: Contents) -> Letter:
    hub = Hub(slug="backend", title=contents.hub_title)
    edition = freeze(hub, contents.week, render.render(contents))
    return Letter.of([(edition, thaw(edition.pieces))])


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    @property
    def links(self) -> list[str | None]:
        return [attrs["href"] for tag, attrs in self.found if tag == "a"]


def test_the_subject_and_the_summary_say_what_is_in_it() -> None:
    rendered = render.render(CONTENTS)
    assert rendered.subject == "Backend hub, week 47: 2 notes"
    assert rendered.summary == (
        "2 notes by 1 person, 1 challenge solved, 3 still without a solution, "
        "2 broken links, 1 missing anchor"
    )


def test_a_summary_without_a_solution_says_what_is_waiting() -> None:
    summary = render.render(replace(CONTENTS, items=(NOTE,), open_count=1)).summary
    assert "by 1 person, 1 challenge still without a solution" in summary


def test_the_text_reads_as_a_text() -> None:
    text = text_of(CONTENTS)
    assert (
        text
        == """\
Backend hub
Week 47, 16 to 22 November 2026

2 notes by 1 person, 1 challenge solved, 3 still without a solution, 2
broken links, 1 missing anchor.

TECHNOLOGIES
============

* Late <b>acks</b>
  by Ada & Co

  A task is given back **when** its worker dies.

  https://nexus.example/h/backend/notes/1/

CHALLENGES SOLVED
=================

* N+1
  by Ada & Co

  Problem:
  Slow list.

  Solution:
  `select_related`

  https://nexus.example/h/backend/notes/1/

CHALLENGES STILL WITHOUT A SOLUTION
===================================

* Deadlock
  by Ada & Co

  Problem:
  Who locks first?

  https://nexus.example/h/backend/notes/1/

2 more on the page of the hub:
https://nexus.example/h/backend/

BROKEN LINKS
============

* https://gone.example/?a=1&b=2
  in "N+1"
  Answered 404.
  https://nexus.example/h/backend/notes/1/

1 more on the page of the hub:
https://nexus.example/h/backend/

MISSING ANCHORS
===============

* https://here.example/#gone
  in "A"
  The page has no #gone.
  https://nexus.example/h/backend/notes/1/

Most discussed: django x2, celery

Thanks to Ada & Co (2 notes).

--\x20
Read the digest of Backend hub in the browser:
http://127.0.0.1:8000/h/backend/digests/2026-W47/

You get this mail once a week because you subscribed to the digest of
Backend hub. A week without notes sends nothing. Nexus counts neither
openings nor clicks.

Choose another day or hour:
https://your-own-link.invalid/preferences/

Unsubscribe:
https://your-own-link.invalid/unsubscribe/
"""
    )


def test_the_html_escapes_fields_and_renders_markdown() -> None:
    html = html_of(CONTENTS)
    assert "Late &lt;b&gt;acks&lt;/b&gt;" in html
    assert "Ada &amp; Co" in html
    assert "<strong" in html


@pytest.mark.parametrize("hostile", ["<script>x()</script>", "<img src=x onerror=x()>"])
def test_the_html_holds_nothing_that_runs_or_loads(hostile: str) -> None:
    contents = replace(CONTENTS, items=(replace(NOTE, body=hostile),))
    page = render.render(contents).page
    tags = Tags(html_of(contents)).found + Tags(page).found
    assert not {"script", "img", "iframe", "link"} & {tag for tag, _ in tags}
    assert not [name for _, attrs in tags for name in attrs if name.startswith("on")]


def test_the_styles_stand_in_the_tags_and_the_dark_ones_in_the_head() -> None:
    html = html_of(CONTENTS)
    assert html.count("<style") == 1
    assert "@media (prefers-color-scheme: dark)" in html
    styles = {tag: attrs.get("style") for tag, attrs in Tags(html).found}
    assert all(styles[tag] for tag in ("body", "h1", "h2", "h3", "p", "li", "code"))


def test_the_archive_page_has_no_styles_and_no_ones_own_link() -> None:
    page = render.render(CONTENTS).page
    assert "style" not in page
    assert ".invalid" not in page


def test_each_reader_gets_their_own_links_in_both_parts() -> None:
    whole = letter(CONTENTS)
    links = {name: f"https://nexus.example/{name}/" for name in PLACEHOLDERS}
    for part in (whole.text, whole.html):
        own = render.personalise(part, links)
        assert [own.count(link) for link in links.values()] == [1, 1]
        assert ".invalid" not in own


def test_every_link_leads_somewhere_absolute() -> None:
    links = Tags(html_of(CONTENTS)).links
    assert all(link and link.startswith(("https://", "http://")) for link in links)


def test_a_long_note_is_cut_and_says_where_it_goes_on() -> None:
    long = replace(NOTE, body="One paragraph.\n\n" * 100)
    contents = replace(CONTENTS, items=(long,))
    assert html_of(contents).count("Read on") == 1
    assert text_of(contents).count("One paragraph.") < 100


def test_a_crowded_week_stays_below_the_size_at_which_gmail_cuts() -> None:
    many = tuple(replace(NOTE, body="**Word** " * 200) for _ in range(300))
    whole = letter(replace(CONTENTS, items=many))
    assert len(whole.html.encode()) <= 102 * 1024
    assert "more on the page of the hub" in whole.text
    assert "300 notes" in whole.subject


def test_titles_as_long_as_they_may_be_still_fit() -> None:
    kinds = [kind for kind in SectionKind for _ in range(60)]
    title = "&\N{PILE OF POO}" * 100
    many = tuple(replace(NOTE, title=title, kind=kind) for kind in kinds)
    whole = letter(replace(CONTENTS, items=many))
    assert len(whole.html.encode()) <= 102 * 1024


@pytest.mark.parametrize(
    ("hubs", "notes", "title"),
    [
        (3, 200, "Backend hub"),
        (10, 50, "Backend hub"),
        (60, 5, "Backend hub"),
        (30, 5, "&\N{PILE OF POO}" * 100),
    ],
)
def test_a_mail_about_many_hubs_stays_below_it_too(
    hubs: int, notes: int, title: str
) -> None:
    crowded = replace(
        CONTENTS, hub_title=title, items=(NOTE,) * notes, open_challenges=(OPEN,) * 8
    )
    pieces = render.render(crowded).pieces
    whole = Letter.of([(edition(number, title), pieces) for number in range(hubs)])
    mail = whole.message(Subscriber(id=10**9, email="reader@example.org"))
    html = str(mail.alternatives[0][0])
    assert len(html.encode()) <= 102 * 1024
    assert ("no room for 36 more" in html) == (hubs == 60)


def edition(number: int, title: str) -> Edition:
    hub = Hub(id=number, slug=f"hub-{number}", title=title)
    return Edition(hub=hub, week="2026-W47", subject="A week", summary="Notes")


def test_no_line_is_longer_than_a_mail_server_has_to_take() -> None:
    whole = letter(CONTENTS)
    assert max(map(len, whole.html.encode().split(b"\n"))) <= 998
    assert max(map(len, whole.text.encode().split(b"\n"))) <= 998


def test_the_question_to_a_new_subscriber_has_its_link_in_both_parts() -> None:
    link = "https://nexus.example/s/abc/confirm/"
    text, html = render.confirmation(
        hub_title="R&D", hub_url="https://nexus.example/h/rd/", confirm_url=link
    )
    assert f"\n{link}\n" in text
    assert "R&D" in text
    assert link in Tags(html).links
    assert "R&amp;D" in html
