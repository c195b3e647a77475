"""Which words of a README a person would call one note, and what the note says."""

from __future__ import annotations

import pytest

from notes.readme.model import EntryForm, SectionKind
from notes.readme.parser import parse
from notes.readme.renderer import render
from tests.notes.readme.samples import entries, fixture, section_of, titles


def test_list_items_with_a_bold_lead_are_notes() -> None:
    found = section_of(fixture("plain_bullets.md"), "Key Technologies").entries
    assert [entry.title for entry in found] == ["Python", "PostgreSQL", "Redis"]
    assert found[0].body == "the language of the service"
    assert found[0].source == "- **Python** – the language of the service  \n"
    assert [entry.after for entry in found] == ["", "", "\n---\n\n"]


def test_the_opening_of_a_section_is_all_text_before_its_first_note() -> None:
    overview = section_of(fixture("plain_bullets.md"), "Overview")
    assert overview.opening == (
        "## Overview of the project\n\nWe build a catalogue. It focuses on:\n\n"
    )


def test_text_before_the_first_heading_is_the_preamble() -> None:
    document = parse("badge\n\n# Title\n")
    assert document.preamble == "badge\n\n"
    assert document.sections[0].opening == "# Title\n"


def test_a_text_without_heading_and_notes_is_all_preamble() -> None:
    document = parse("just\n\nwords\n")
    assert (document.preamble, document.sections) == ("just\n\nwords\n", ())


def test_notes_before_any_heading_stand_in_a_section_of_level_0() -> None:
    first = fixture("broken.md").sections[0]
    assert (first.level, first.title, first.opening) == (0, "", "")
    assert titles(first) == ["first", "second", "1", "inside"]


def test_an_item_keeps_its_children_to_any_depth() -> None:
    [entry] = entries("- **Tips**:\n  - a\n    - b\n      - c\n\n    para\n\nafter\n")
    assert entry.title == "Tips"
    assert entry.body == "- a\n  - b\n    - c\n\n  para"
    assert entry.after == "\nafter\n"


def test_an_item_without_a_lead_is_titled_by_its_beginning() -> None:
    [entry] = entries("- Always **read** the [log](https://x.example) & `grep` it\n")
    assert entry.title == "Always read the log & `grep` it"
    assert entry.body == "Always **read** the [log](https://x.example) & `grep` it"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("- `CODE` first", "`CODE` first"),
        ("- #hashtag first", "#hashtag first"),
        ("- - nested", "nested"),
        ("- > quoted **words**", "quoted words"),
        ("- ```py\n  x = 1\n  ```", "x = 1"),
        ("- ![alt](a.png) <b>b</b> &amp; \\*", "alt b & *"),
    ],
)
def test_a_title_is_what_a_person_reads(text: str, title: str) -> None:
    assert entries(text)[0].title == title


def test_a_long_title_is_cut_between_words() -> None:
    [entry] = entries("- " + "word " * 60 + "\n")
    assert entry.title == "word " * 15 + "word…"


@pytest.mark.parametrize(
    "text",
    [
        "| T | B |\n|---|---|\n| {} | b |\n",
        "# Challenges\n## Challenge: {}\n**Solution:** s\n",
    ],
)
def test_no_title_is_longer_than_a_title_may_be(text: str) -> None:
    [entry] = entries(text.format("word " * 90))
    assert 150 < len(entry.title) <= 191


def test_an_emoji_before_the_lead_belongs_to_the_title() -> None:
    found = section_of(fixture("emoji_lines.md"), "Stack").entries
    assert [entry.title for entry in found] == [
        "🐍 Python",
        "🐘 PostgreSQL",
        "🐇 RabbitMQ",
    ]


def test_lines_that_begin_with_a_sign_are_notes() -> None:
    document = fixture("emoji_lines.md")
    highlights = section_of(document, "Highlights").entries
    assert [entry.title for entry in highlights] == [
        "First release",
        "First user",
        "First bug",
    ]
    assert {entry.form for entry in highlights} == {EntryForm.LINE}
    assert titles(section_of(document, "Principles")) == [
        "Small commits",
        "Small meetings",
        "Small pages",
    ]


def test_one_emoji_in_front_of_a_paragraph_is_no_note() -> None:
    assert entries("## Setup\n\n👉 Open the page.\n") == []


def test_folder_trees_are_no_notes() -> None:
    assert entries("## Structure\n\n├── a\n└── b\n") == []


def test_table_rows_are_notes() -> None:
    rows = section_of(fixture("tables.md"), "Technologies").entries
    assert [entry.title for entry in rows] == ["Storage", "Search"]
    assert rows[1].body == "an index, `a | b` queries"
    assert {entry.form for entry in rows} == {EntryForm.ROW}


def test_the_marks_of_a_merge_within_a_table_are_no_notes() -> None:
    rows = "<<<<<<< HEAD\n| b | 2 |\n=======\n| c | 3 |\n>>>>>>> main\n"
    text = f"## A\n\n| x | y |\n| - | - |\n| a | 1 |\n{rows}"
    assert [entry.title for entry in entries(text)] == ["a", "b", "c"]
    assert render(parse(text)) == text


def test_an_endpoint_is_named_by_its_path_and_not_by_its_method() -> None:
    text = "## A\n\n| Method | Path | Does |\n|-|-|-|\n| GET | `/a/` | lists |\n"
    (entry,) = entries(text)
    assert (entry.title, entry.body) == ("`/a/`", "lists")


def test_a_table_of_challenges_is_read_by_its_header() -> None:
    rows = section_of(fixture("tables.md"), "Challenges & Solutions").entries
    assert [(row.problem, row.solution) for row in rows] == [
        ("Slow imports", "A worker"),
        ("Lost mail", "A ledger"),
    ]


def test_a_table_of_contents_holds_no_notes() -> None:
    assert entries("## Contents\n\n- [One](#one)\n- [Two](#two)\n\n## One\n") == []


def test_a_task_keeps_its_state() -> None:
    tasks = section_of(fixture("plain_bullets.md"), "Next Steps").entries
    assert [task.done for task in tasks] == [True, False, False]
    assert tasks[0].title == "Import the old catalogue"


def test_lists_in_code_and_quotes_are_no_notes() -> None:
    assert entries("```\n- a\n```\n\n> - b\n\n    - c\n") == []


def test_text_between_notes_stays_with_the_note_before() -> None:
    first, second = entries("## H\n**Group**\n- a\n\n**Other**\n\n- b\n")
    assert first.after == "\n**Other**\n\n"
    assert second.after == ""


def test_a_heading_reads_as_plain_text() -> None:
    document = parse("## **Week 1:** `async` &amp; [more](x) ##\n")
    assert document.sections[0].title == "Week 1: `async` & more"


def test_underlined_headings_and_windows_lines_are_read() -> None:
    document = fixture("windows_lines.md")
    assert [(one.level, one.title) for one in document.sections] == [
        (1, "Title of all"),
        (2, "Technologies"),
        (2, "Practices"),
    ]
    assert titles(document.sections[2]) == ["Third things first", "Fourth things next"]
    assert document.sections[1].entries[1].body == "second\n\n  indented words"


def test_a_link_lead_is_titled_by_its_words() -> None:
    found = section_of(fixture("colon_inside.md"), "Resources").entries
    assert [(entry.title, entry.body) for entry in found] == [
        ("The book of books", "where it all began"),
        ("A talk", "one hour, worth it"),
    ]


def test_a_sub_section_that_says_nothing_has_the_kind_of_its_parent() -> None:
    document = parse("# T\n## Key Technologies\n### Python\n- a\n## License\n")
    assert [one.kind for one in document.sections] == [
        SectionKind.FREE,
        SectionKind.TECHNOLOGY,
        SectionKind.TECHNOLOGY,
        SectionKind.FREE,
    ]
