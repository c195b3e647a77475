"""Fragments are looked for where a browser, GitHub or a text fragment finds them."""

from __future__ import annotations

import pytest

from notes.links.anchors import github_slug, has_anchor, markdown_anchors

PAGE = (
    "<h2 id='install'>Install</h2><a name=usage></a>"
    "<h3 id='user-content-the-faq'>The FAQ</h3><p id='caf&eacute;'>Some text here</p>"
)


@pytest.mark.parametrize(
    "fragment",
    [
        "install",
        "usage",
        "the-faq",
        "The-FAQ",
        "caf\u00e9",
        "caf%C3%A9",
        "",
        "top",
        ":~:text=some%20text",
        ":~:text=Some-,text,here",
        "install:~:text=the%20FAQ",
    ],
)
def test_an_anchor_that_is_there_is_found(fragment: str) -> None:
    assert has_anchor(PAGE, fragment, is_complete=True) is True


@pytest.mark.parametrize("fragment", ["missing", "Install", ":~:text=other%20words"])
def test_an_anchor_that_is_not_there_is_missing(fragment: str) -> None:
    assert has_anchor(PAGE, fragment, is_complete=True) is False


@pytest.mark.parametrize("fragment", ["/route", "!route", "L10", "L10-L20", "page=3"])
def test_fragments_for_scripts_and_viewers_are_not_judged(fragment: str) -> None:
    assert has_anchor(PAGE, fragment, is_complete=True) is None


def test_what_was_not_read_to_its_end_is_judged_only_by_what_is_there() -> None:
    assert has_anchor(PAGE, "install", is_complete=False) is True
    assert has_anchor(PAGE, "missing", is_complete=False) is None


def test_a_page_that_builds_itself_in_the_browser_is_not_judged() -> None:
    shell = "<div id=root></div><script src=app.js></script>"
    assert has_anchor(shell, "part", is_complete=True) is None
    assert has_anchor(shell, "root", is_complete=True) is True


@pytest.mark.parametrize(
    ("heading", "slug"),
    [
        ("Getting Started", "getting-started"),
        ("What's new in 2.0?", "whats-new-in-20"),
        ("C++ & Rust", "c--rust"),
        ("\U0001f680 Launch", "-launch"),
        ("\u2699\ufe0f Setup", "\ufe0f-setup"),
        ("snake_case stays", "snake_case-stays"),
        ("\u00dcber uns", "\u00fcber-uns"),
    ],
)
def test_slugs_are_those_of_github(heading: str, slug: str) -> None:
    assert github_slug(heading) == slug


def test_anchors_of_a_readme_count_equal_headings_and_see_html() -> None:
    markdown = (
        "# One\n\n## One\n\nTitle [link](x) `code`\n---\n\n"
        "# See [it][ref] ![i](x)\n\n[ref]: https://a.example/\n\n"
        '<a name="old"></a>\n\nText <span id="here">x</span>\n\n```\n# no\n```\n'
    )
    assert markdown_anchors(markdown) == {
        "one",
        "one-1",
        "title-link-code",
        "see-it-",
        "old",
        "here",
    }
