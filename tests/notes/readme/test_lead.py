"""Reading a lead is the inverse of writing it."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from notes.readme.layout import Layout, Slot, write
from notes.readme.lead import encode_title, read_lead, title_from, title_of
from notes.readme.lines import to_newlines
from notes.readme.plain import escape, plain
from tests.notes.readme.strategies import ANY_TEXT, MARKDOWN, TEXTS, TITLE_TEXTS

LEADS = [
    ("**", "**: "),
    ("**", ":** "),
    ("**", "** – "),
    ("__", "__: "),
    ("**", "**  \n"),
]


@settings(max_examples=150, deadline=None)
@given(st.one_of(TEXTS, MARKDOWN))
def test_any_text_is_written_again_from_its_reading(text: str) -> None:
    text = to_newlines(text)
    reading = read_lead(text)
    assert write(reading.layout, reading.values()).split() == text.split()


@settings(max_examples=200, deadline=None)
@given(TITLE_TEXTS, st.sampled_from(LEADS))
@example("a:", LEADS[0])
@example("*", LEADS[0])
@example("x_y_ `code` [a](b) <b> &amp; \\", LEADS[1])
def test_a_written_title_is_read_again(title: str, lead: tuple[str, str]) -> None:
    title = " ".join(title.split())[:60].strip()
    layout = Layout((*lead, ""), (Slot.TITLE, Slot.BODY))
    encoded = encode_title(title)
    reading = read_lead(write(layout, {Slot.TITLE: encoded, Slot.BODY: "words"}))
    assert title_of(reading) == plain(encoded) == title
    assert reading.values()[Slot.BODY] == "words"


@settings(max_examples=300, deadline=None)
@given(ANY_TEXT)
def test_escaped_text_reads_as_it_was(text: str) -> None:
    assert plain(escape(text)) == " ".join(text.split())


@pytest.mark.parametrize(
    ("content", "title", "body"),
    [
        ("**T**: b", "T", "b"),
        ("**T:** b", "T", "b"),
        ("**T** – b", "T", "b"),
        ("**T** — b", "T", "b"),
        ("**T** - b", "T", "b"),
        ("**T**:b", "T", "b"),
        ("T – b", "T", "b"),
        ("`t`: b", "`t`", "b"),
        ("[T](/t) - b", "T", "b"),
        ("**T**\n\nb", "T", "b"),
        ("**T**  \n- b", "T", "- b"),
        ("**T**", "T", ""),
        ("🐍 **T**: b", "🐍 T", "b"),
    ],
)
def test_leads_are_told_from_bodies(content: str, title: str, body: str) -> None:
    reading = read_lead(content)
    assert title_of(reading) == title
    assert reading.values().get(Slot.BODY, "") == body


@pytest.mark.parametrize(
    "content",
    [
        "**Write tests** before code",
        "Use https://x.example - it works",
        "one two three four five six seven eight nine: ten",
        "lower case: is a sentence",
        "*emphasis* alone",
        "First. Second: third",
    ],
)
def test_sentences_have_no_lead(content: str) -> None:
    assert read_lead(content).layout.slots == (Slot.BODY,)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Words that a\nnarrow editor broke", "Words that a narrow editor broke"),
        ("First line  \nsecond", "First line"),
        ("First line\\\nsecond", "First line"),
        ("It runs:\n- tasks", "It runs:"),
        ("It runs:\n```sh\nls", "It runs:"),
        ("Steps\n2. two", "Steps"),
        ("One paragraph\n\nAnother", "One paragraph"),
    ],
)
def test_a_text_without_a_lead_is_called_by_its_first_words(text, title) -> None:
    assert title_from(text) == title
