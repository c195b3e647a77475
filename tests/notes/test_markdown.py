"""Markdown from strangers: what it shows, and what it never lets through."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from notes.markdown import render, render_document

XSS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><a xlink:href='javascript:alert(1)'>x</a></svg>",
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt:alert(1))",
    "[click](java&#115;cript:alert(1))",
    "[click](&#x6A;avascript:alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "[click](vbscript:msgbox(1))",
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    "![alt](javascript:alert(1))",
    '![" onload="alert(1)](https://example.org/a.png)',
    '[a](https://example.org "x\\" onmouseover=alert(1) y=\\"")',
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='https://example.org' onclick='alert(1)'>x</a>",
    "<iframe src='https://example.org'></iframe>",
    "<object data='x.swf'></object><embed src='x.swf'>",
    "<form action='https://example.org'><input name=password></form>",
    "<style>body { display: none }</style>",
    "<p style='position: fixed; inset: 0'>cover</p>",
    "<meta http-equiv=refresh content='0;url=https://example.org'>",
    "<base href='https://example.org/'>",
    "<link rel=stylesheet href='https://example.org/a.css'>",
    "<details open ontoggle=alert(1)>x</details>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<b hx-get='/jobs/' hx-trigger='load' data-hx-post='/x'>x</b>",
    "`<script>alert(1)</script>`",
    '```"><script>alert(1)</script>\ncode\n```',
]
HARMLESS_TAGS = {"p", "a", "b", "code", "pre", "details", "span"}
HARMLESS_ATTRIBUTES = {"href", "rel", "title", "class"}


class Reader(HTMLParser):
    """Reads tags and attributes as a browser would."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: dict[str, str | None] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(attrs)


@pytest.mark.parametrize("show", [render, render_document])
@pytest.mark.parametrize("attack", XSS)
def test_an_attack_leaves_nothing_that_could_run(attack, show):
    seen = Reader(show(attack))
    assert seen.tags <= HARMLESS_TAGS
    assert set(seen.attributes) <= HARMLESS_ATTRIBUTES
    assert seen.attributes.get("href") in {None, "https://example.org"}


def test_the_markup_of_every_day_is_shown():
    html = render("**Celery** runs `tasks` ~~never~~ [well](https://example.org)")
    assert html == (
        "<p><strong>Celery</strong> runs <code>tasks</code> <s>never</s> "
        '<a href="https://example.org" rel="nofollow noopener ugc">well</a></p>\n'
    )


def test_a_table_keeps_its_alignment_without_a_style_attribute():
    html = render("| a | b |\n|---|--:|\n| 1 | 2 |")
    assert '<td align="right">2</td>' in html
    assert "style" not in html


def test_a_bare_address_becomes_a_link():
    html = render("see https://example.org/x.")
    assert ">https://example.org/x</a>." in html


def test_a_file_name_or_a_bare_host_does_not_become_a_link():
    assert "<a" not in render("README.md and example.org and ada@example.org")


@pytest.mark.parametrize(("typed", "box"), [("[ ]", "☐"), ("[x]", "☑"), ("[X]", "☑")])
def test_a_task_box_is_drawn(typed, box):
    assert render(f"- {typed} learn") == f"<ul>\n<li>{box} learn</li>\n</ul>\n"


def test_brackets_outside_a_list_stay_as_they_are():
    assert render("[ ] learn") == "<p>[ ] learn</p>\n"


def test_a_picture_becomes_its_description():
    html = render("![A *graph*](https://example.org/a.png)")
    assert html == '<p><span class="picture">A graph</span></p>\n'


def test_a_picture_without_words_is_called_a_picture():
    assert "picture</span>" in render("![](https://example.org/a.png)")


def test_headings_stand_below_those_of_the_page():
    assert render("# a\n###### b") == "<h2>a</h2>\n<h6>b</h6>\n"
    assert render("# a", below=3) == "<h4>a</h4>\n"


def test_a_heading_in_raw_html_is_shifted_too():
    assert render("<h1 align=center>a</h1>") == "<h2>a</h2>"


def test_words_that_look_like_a_heading_tag_are_left_alone():
    assert render("`<h1>`") == "<p><code>&lt;h1&gt;</code></p>\n"


def test_a_relative_link_leads_nowhere():
    assert "href" not in render("[x](docs/x.md) [y](/admin/) [z](//example.org)")


def test_a_table_of_contents_leads_to_the_headings_of_its_document():
    html = render_document("[go](#-next-steps)\n\n## 🚀 Next Steps")
    assert 'href="#text--next-steps"' in html
    assert '<h3 id="text--next-steps">' in html


def test_a_heading_cannot_take_the_id_of_something_on_the_page():
    assert 'id="main"' not in render_document("# main\n\n<h2 id=main>x</h2>")


def test_a_note_has_no_anchors():
    assert "id=" not in render("# main")


def test_nothing_is_nothing():
    assert render("") == ""
