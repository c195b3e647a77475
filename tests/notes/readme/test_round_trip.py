"""Nothing is lost: a README taken apart and put together again is the same bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notes.readme.parser import parse
from notes.readme.renderer import render
from tests.notes.readme.samples import own_files, real_files, text_of
from tests.notes.readme.strategies import ANY_TEXT, MARKDOWN

REAL = real_files()


@pytest.mark.parametrize("path", own_files(), ids=lambda path: path.name)
def test_a_fixture_comes_back_byte_for_byte(path: Path) -> None:
    text = text_of(path)
    assert render(parse(text)) == text


@pytest.mark.skipif(not REAL, reason="no real READMEs beside the project")
def test_every_real_readme_comes_back_byte_for_byte() -> None:
    for path in REAL:
        assert render(parse(text_of(path))).encode() == path.read_bytes(), path.name


@pytest.mark.skipif(not REAL, reason="no real READMEs beside the project")
def test_most_real_readmes_are_made_of_notes() -> None:
    counts = [
        sum(len(section.entries) for section in parse(text_of(path)).sections)
        for path in REAL
    ]
    assert sum(counts) > 30 * len(REAL)
    assert sum(count == 0 for count in counts) <= 1


@settings(max_examples=400, deadline=None)
@given(MARKDOWN)
def test_markdown_of_any_build_comes_back(text: str) -> None:
    assert render(parse(text)) == text


@settings(max_examples=300, deadline=None)
@given(st.one_of(ANY_TEXT, st.text()))
def test_any_text_at_all_comes_back(text: str) -> None:
    assert render(parse(text)) == text


@settings(max_examples=100, deadline=None)
@given(MARKDOWN)
def test_a_note_is_never_blank(text: str) -> None:
    for section in parse(text).sections:
        assert all(entry.source.strip() for entry in section.entries)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "\ufeff",
        "\ufeff- item before any heading",
        "\ufeff# Heading\r\n",
        "no heading at all",
        "# one\n# two\n\n- a\n# three",
        "## open\n```\n- not a note\n## no heading",
        "- a\r- b\r\r# c\r- d",
        "<<<<<<< HEAD\n- mine\n=======\n- theirs\n>>>>>>> other\n",
        "- a\n  - b\n    - c\n      - d\n",
        "3. three\n4. four\n",
        "- [ ] open\n- [x] done\n",
        "Title\n=====\n\nSub\n---\n- a\n",
        "a\x0bb\x0cc\u2028d\u2029e\x85f\n- g\n",
        "- nul \0 inside\n",
        "[a]: /x\n[b]: /y 'z'\n",
        "<div>\n- html\n</div>\n\n- list\n",
    ],
)
def test_odd_texts_come_back(text: str) -> None:
    assert render(parse(text)) == text
