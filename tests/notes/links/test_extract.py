"""Links are found where a reader sees them, and said to stand where they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes.links.extract import FoundLink, links
from tests.conftest import SHARED

REAL_READMES = sorted([*SHARED.glob("seeds/*"), *SHARED.glob("corpus/*.md")])


def urls_in(markdown: str) -> list[str]:
    return [found.url for found in links(markdown)]


def source_at(markdown: str, found: FoundLink) -> str:
    return markdown.split("\n")[found.line - 1][found.column - 1 :]


def test_an_inline_link_carries_its_text_and_place() -> None:
    assert links("Read [the docs](https://a.example/x) now.") == [
        FoundLink("https://a.example/x", 1, 6, "the docs")
    ]


def test_every_kind_of_link_is_found() -> None:
    markdown = (
        "[inline](https://a.example/1) ![image](https://a.example/2)\n"
        "<https://a.example/3> https://a.example/4 www.a.example/5\n"
        '<a href="https://a.example/6">raw</a> <img src="https://a.example/7">\n'
        "[ref] [full][ref] [collapsed][]\n\n"
        "[ref]: https://a.example/8\n[collapsed]: https://a.example/9\n"
    )
    assert urls_in(markdown) == [
        "https://a.example/1",
        "https://a.example/2",
        "https://a.example/3",
        "https://a.example/4",
        "http://www.a.example/5",
        "https://a.example/6",
        "https://a.example/7",
        "https://a.example/8",
        "https://a.example/8",
        "https://a.example/9",
    ]


def test_nothing_is_found_in_code() -> None:
    markdown = (
        "`https://a.example/1` <code>https://a.example/2</code>\n\n"
        "    https://a.example/3\n\n"
        "```\nhttps://a.example/4 [x](https://a.example/5)\n```\n\n"
        "~~~html\n<a href='https://a.example/6'>x</a>\n~~~\n"
        "<!-- https://a.example/7 <a href='https://a.example/8'>x</a> -->\n"
    )
    assert urls_in(markdown) == []


def test_a_link_after_the_same_url_in_code_is_placed_after_it() -> None:
    found = links("`www.a.example` then www.a.example")
    assert [(link.line, link.column) for link in found] == [(1, 22)]


def test_a_link_around_a_badge_gives_both() -> None:
    found = links("[![build](https://a.example/b.svg)](https://a.example/ci)")
    assert [(link.url, link.column, link.text) for link in found] == [
        ("https://a.example/ci", 1, "build"),
        ("https://a.example/b.svg", 2, "build"),
    ]


def test_links_in_tables_are_placed_in_their_own_cell() -> None:
    markdown = (
        "| a | b |\n|---|---|\n"
        "| [x](https://a.example) | [x](https://a.example) |\n"
        "| p \\| q | r \\| [y](https://b.example) |\n"
    )
    found = links(markdown)
    assert [(link.line, link.column) for link in found] == [(3, 3), (3, 28), (4, 17)]


def test_links_in_nested_lists_and_quotes_are_placed_in_the_source() -> None:
    markdown = (
        "1. one\n   - two [x](https://a.example/1)\n     three https://a.example/2\n\n"
        "> > quoted <https://a.example/3>\n> > more [z](https://a.example/4)\n"
    )
    found = links(markdown)
    assert [(link.line, link.url[-1]) for link in found] == [
        (2, "1"),
        (3, "2"),
        (5, "3"),
        (6, "4"),
    ]
    starts = ["[x](", "https://a.example/2", "<https", "[z]("]
    for link, start in zip(found, starts, strict=True):
        assert source_at(markdown, link).startswith(start)


def test_raw_html_over_several_lines_is_placed_by_line_and_column() -> None:
    markdown = (
        '<p align="center">\n  <a href="https://a.example/1">One\n    two</a>\n'
        '  <img alt="Pic" src="p.png">\n'
        '  <source srcset="d.png 1x, e.png 2x">\n</p>\n'
    )
    assert links(markdown) == [
        FoundLink("https://a.example/1", 2, 3, "One two"),
        FoundLink("p.png", 4, 3, "Pic"),
        FoundLink("d.png", 5, 3, ""),
        FoundLink("e.png", 5, 3, ""),
    ]


def test_raw_html_inside_a_list_is_placed_past_its_indentation() -> None:
    markdown = '- item\n\n  <div>\n  <a href="https://a.example/1">x</a>\n  </div>\n'
    assert links(markdown) == [FoundLink("https://a.example/1", 4, 3, "x")]


def test_a_file_name_is_not_taken_for_a_host() -> None:
    assert urls_in("See README.md, setup.py and example.com.") == []


def test_an_email_address_is_a_mailto_link() -> None:
    assert urls_in("Write to ada@a.example or <bob@b.example>.") == [
        "mailto:ada@a.example",
        "mailto:bob@b.example",
    ]


def test_an_email_address_is_found_wherever_it_stands() -> None:
    addresses = ["[a@x.example]", "**b@x.example**", "(c@x.example).", "d@x.example|"]
    others = ["@x.example", "e@x", "f@x.example-", "`g@x.example`", "h@x.example_"]
    assert urls_in(" ".join([*addresses, *others])) == [
        *(f"mailto:{letter}@x.example" for letter in "abcd"),
        *("mailto:f@x.example", "mailto:h@x.example"),
    ]


def test_a_bare_url_ends_before_punctuation_that_closes_the_sentence() -> None:
    markdown = "(see https://a.example/x_(y)). **https://a.example/z**, and so on"
    assert urls_in(markdown) == ["https://a.example/x_(y)", "https://a.example/z"]


@pytest.mark.parametrize(
    "end", [*":;.,!?*_'\"", "?!", "...", "~~", "**", ").", "&amp;."]
)
def test_no_punctuation_of_the_sentence_is_part_of_a_bare_url(end: str) -> None:
    for url in ("https://a.example/x", "https://a.example/?x=1&y", "www.a.example/x"):
        found = urls_in(f"See {url}{end} and so on")
        assert found == [url if "://" in url else f"http://{url}"]


def test_entities_and_escapes_are_read_as_the_parser_reads_them() -> None:
    markdown = "[x](https://a.example/?a=1&amp;b=2) [y](https://a.example/\\(1\\))"
    assert urls_in(markdown) == [
        "https://a.example/?a=1&b=2",
        "https://a.example/(1)",
    ]


def test_links_that_a_renderer_refuses_are_reported() -> None:
    assert urls_in("[x](javascript:alert(1)) [y](relative/path#part)") == [
        "javascript:alert(1)",
        "relative/path#part",
    ]


def test_windows_line_ends_do_not_move_links() -> None:
    assert links("one\r\n\r\n[x](https://a.example)\r\n") == [
        FoundLink("https://a.example", 3, 1, "x")
    ]


def test_what_no_reader_sees_or_follows_is_no_link() -> None:
    markdown = (
        '<link href="style.css"> <script src="x.js"></script> <Link href="/app">\n\n'
        '<base href="https://a.example/">\n\n<a href="">empty</a> <a>none</a>\n'
    )
    assert urls_in(markdown) == []


@pytest.mark.skipif(not REAL_READMES, reason="the real READMEs are not here")
@pytest.mark.parametrize("path", REAL_READMES, ids=lambda path: path.stem)
def test_in_real_readmes_each_link_stands_where_it_is_said_to(path: Path) -> None:
    markdown = path.read_bytes().decode().replace("\r\n", "\n")
    found = links(markdown)
    for link in found:
        source = source_at(markdown, link)
        bare = link.url.removeprefix("mailto:")
        assert source.startswith(("[", "![", "<", bare)), link
    everywhere = set(re.findall(r"\]\((https?://[^\s()]+)\)", without_code(markdown)))
    assert everywhere <= {link.url for link in found}


def without_code(markdown: str) -> str:
    """The text without fences, code and comments, as roughly as a reader skims it."""
    fences = r"(?ms)^\s*```.*?^\s*```|<!--.*?-->|`[^`\n]+`"
    return re.sub(fences, "", markdown)


BLOCKS = ["- ", "> ", "| ", "# ", "\n", "\n\n", "  ", "    ", "<p>", "\t", "|---|"]
INLINES = ["`", "**", "text ", '<a href="u">', "</a>", "![i](i.png)", "\\|"]
LINKS = ["[x](https://a.example/1)", "https://a.example/2", "<https://a.example/3>"]
PIECES = st.sampled_from([*BLOCKS, *INLINES, *LINKS, "[r]: /r\n", "[r]"])


@given(st.lists(PIECES, max_size=30).map("".join))
def test_every_place_lies_inside_the_source(markdown: str) -> None:
    lines = markdown.split("\n")
    for found in links(markdown):
        assert 1 <= found.line <= len(lines)
        assert 1 <= found.column <= len(lines[found.line - 1]) + 1


@given(st.lists(PIECES, max_size=30).map("".join))
def test_a_bare_or_inline_link_stands_where_it_is_said_to(markdown: str) -> None:
    starts = {"1": "[x](https://a.example/1)", "3": "<https://a.example/3>"}
    for found in links(markdown):
        start = starts.get(found.url.removeprefix("https://a.example/"))
        if start is not None and found.text in {"x", "https://a.example/3"}:
            assert source_at(markdown, found).startswith(start)
