"""A note never swallows the next, whatever Markdown was typed."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from notes.readme.contain import contain, flatten
from notes.readme.model import Document, Draft, EntryForm
from notes.readme.parser import parse, reread
from notes.readme.renderer import render
from notes.readme.style import draft_of, insert, move, remove, replace
from tests.notes.readme.samples import lender, sources, with_section
from tests.notes.readme.strategies import BODIES, DRAFTS, MARKDOWN

MODEST = settings(
    max_examples=120, deadline=None, suppress_health_check=list(HealthCheck)
)


def place(document: Document, data: st.DataObject) -> tuple[int, int]:
    """The place of one note of the document."""
    spots = [
        (at, index)
        for at, one in enumerate(document.sections)
        for index in range(len(one.entries))
    ]
    assume(spots)
    return data.draw(st.sampled_from(spots))


def assert_reads_back(document: Document) -> None:
    assert sources(parse(render(document))) == sources(document)


@MODEST
@given(MARKDOWN, DRAFTS, st.data())
def test_an_added_note_is_one_note_more(
    text: str, draft: Draft, data: st.DataObject
) -> None:
    document = parse(text)
    assume(document.sections)
    at = data.draw(st.integers(0, len(document.sections) - 1))
    one = document.sections[at]
    index = data.draw(st.integers(0, len(one.entries)))
    new = insert(one, index, draft, fallback=lender(document, at))
    assert len(new.entries) == len(one.entries) + 1
    assert_reads_back(with_section(document, at, new))


@MODEST
@given(MARKDOWN, DRAFTS, st.data())
def test_a_changed_note_leaves_its_neighbours_alone(
    text: str, draft: Draft, data: st.DataObject
) -> None:
    document = parse(text)
    at, index = place(document, data)
    one = document.sections[at]
    new = replace(one, index, draft)
    assert new.entries[:index] == one.entries[:index]
    assert new.entries[index + 1 :] == one.entries[index + 1 :]
    assert replace(new, index, draft_of(new.entries[index])) is new
    assert_reads_back(with_section(document, at, new))


@MODEST
@given(MARKDOWN, st.data())
def test_a_moved_note_stays_a_note(text: str, data: st.DataObject) -> None:
    document = parse(text)
    at, index = place(document, data)
    one = document.sections[at]
    assume(one.entries[index].form is not EntryForm.LINE)
    to = data.draw(st.integers(0, len(one.entries) - 1))
    assert_reads_back(with_section(document, at, move(one, index, to)))


@MODEST
@given(MARKDOWN, st.data())
def test_a_note_taken_out_takes_no_other_with_it(
    text: str, data: st.DataObject
) -> None:
    document = parse(text)
    at, index = place(document, data)
    one = document.sections[at]
    # One of two lines alone may be no more than a paragraph that begins with an emoji.
    assume(one.entries[index].form is not EntryForm.LINE)
    rest = remove(one, index)
    if any(draft_of(entry).problem for entry in one.entries):
        # A heading is read as a challenge's own when only one stands below it.
        assert [entry.source for entry in reread(rest)] == [
            entry.source for entry in rest.entries
        ]
    else:
        assert_reads_back(with_section(document, at, rest))


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("-\nNext\n---\n", "- Python: Redis\n\nNext\n---\n"),
        ("- a\n-\nNext\n===\n", "- a\n- Python: Redis\n\nNext\n===\n"),
        ("- a\n- b\n## Next\n", "- a\n- Python: Redis\n## Next\n"),
        ("- a\n- b", "- a\n- Python: Redis"),
    ],
)
def test_a_changed_note_at_the_end_draws_in_no_heading(text: str, after: str) -> None:
    document = parse(text)
    one = document.sections[0]
    new = replace(one, len(one.entries) - 1, Draft("Python", "Redis"))
    assert render(with_section(document, 0, new)) == after


def test_a_note_taken_out_before_an_underlined_heading_leaves_it_one() -> None:
    document = parse("- a\n-\nNext\n---\n")
    new = remove(document.sections[0], 1)
    assert render(with_section(document, 0, new)) == "- a\n\nNext\n---\n"


@MODEST
@given(BODIES)
def test_contained_text_has_no_heading(text: str) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(contain(text))
    assert not [token for token in tokens if token.type == "heading_open"]


@MODEST
@given(BODIES)
def test_flattened_text_is_one_line(text: str) -> None:
    assert "\n" not in flatten(contain(text))


@pytest.mark.parametrize(
    ("typed", "contained"),
    [
        ("```py\nx", "```py\nx\n```"),
        ("~~~~\nx\n~~~", "~~~~\nx\n~~~\n~~~~"),
        ("a <!-- b", "a <!-- b"),
        ("<!-- b", "<!-- b\n-->"),
        ("<details>\n\nx", "<details>\n\nx</details>"),
        ("a <b>b", "a <b>b</b>"),
        ("a <br> b", "a <br> b"),
        ("<pre>\nx", "<pre>\nx\n</pre>"),
        ("# Head\nwords", "**Head**\n\nwords"),
        ("Head\n---\nwords", "**Head**\n\nwords"),
        ("words\n## Head ##", "words\n\n**Head**"),
        ("> # Head\n> words", "> **Head**\n>\n> words"),
        ("\r\n\r\na\r\nb  \r\n", "a\nb"),
        ("# not `code`\n```\n# code\n```", "**not `code`**\n\n```\n# code\n```"),
    ],
)
def test_what_is_open_is_closed_and_headings_become_bold(
    typed: str, contained: str
) -> None:
    assert contain(typed) == contained


def test_a_fence_becomes_code_on_one_line() -> None:
    assert flatten("see:\n\n```py\na = `b`\nc\n```\n\nend") == (
        "see:<br>`` a = `b` ``<br>`c`<br>end"
    )
