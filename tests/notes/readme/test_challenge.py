"""A challenge and its solution are read in each of the forms people give them."""

from __future__ import annotations

import pytest

from notes.readme.model import EntryForm
from tests.notes.readme.samples import entries, fixture, section_of


def facts(name: str, title: str) -> list[tuple[str, str, str]]:
    found = section_of(fixture(name), title).entries
    return [(entry.title, entry.problem, entry.solution) for entry in found]


def test_a_solution_nested_under_its_challenge() -> None:
    first, second = facts("challenge_items.md", "Challenges and Solutions")
    assert first[1:] == (
        "The import stopped at the first bad row.",
        "Bad rows go to a file of their own.",
    )
    assert second[0] == "Two people edited one shelf."


def test_one_item_that_holds_title_problem_and_solution() -> None:
    first, second = facts("challenge_items.md", "More challenges")
    assert first == (
        "Slow search",
        "Every letter asked the database.",
        "Wait for a pause in typing.",
    )
    assert second[0] == "Lost session"


def test_arrows_part_problem_and_solution() -> None:
    assert facts("challenge_items.md", "Obstacles") == [
        ("Long imports", "Long imports", "moved to a worker"),
        ("Wrong dates", "Wrong dates", "parsed in one time zone"),
    ]


def test_two_sibling_items_are_one_challenge() -> None:
    [pair] = section_of(fixture("challenge_items.md"), "we shared").entries
    assert pair.form is EntryForm.PAIR
    assert pair.problem == "Nobody knew who was on call."
    assert pair.solution == "A list in the channel topic."


def test_a_lead_in_a_section_of_challenges_is_the_problem() -> None:
    assert facts("challenge_items.md", "Blockers")[0] == (
        "Flaky tests",
        "Flaky tests",
        "run them in random order",
    )


def test_sub_headings_are_challenges_of_their_section() -> None:
    challenges = section_of(fixture("challenge_headings.md"), "Challenges").entries
    assert [entry.title for entry in challenges] == ["Cold starts", "Full disks"]
    assert challenges[0].form is EntryForm.SUBHEADING
    assert challenges[0].problem == "The first page took ten seconds."
    assert challenges[0].after == "\n---\n\n"
    hurdles = section_of(fixture("challenge_headings.md"), "Hurdles").entries
    assert [entry.solution for entry in hurdles] == [
        "Check every link once a week.",
        "Dates are measured.",
    ]


def test_bold_paragraphs_are_challenges() -> None:
    prose = section_of(fixture("challenge_headings.md"), "in prose").entries
    assert [entry.form for entry in prose] == [EntryForm.PARAGRAPH] * 2
    assert prose[1].solution == "The backup moved to the morning."


def test_a_list_after_the_solution_belongs_to_it() -> None:
    [entry] = entries("**Problem:** a\n\n**Solution:**\n- b\n- c\n\nfree\n")
    assert (entry.problem, entry.solution) == ("a", "- b\n- c")
    assert entry.after == "\nfree\n"


@pytest.mark.parametrize(
    "text",
    [
        "- **Challenge**: slow **Solution**: cache",
        "- Challenge: slow. Solution: cache",
        "- **Challenge 1:** slow\n  - *Solution:* cache",
        "- *Problem*: slow\\\n  *Fix*: cache",
        "- ⚠️ **Problem**: slow\n\n  ✅ **Solution**: cache",
        "- **slow**\n  - **Solution:** cache",
        "- **Challenge 2: slow**  \n  *Solution*: cache",
        "- slow => cache",
        "1. __Issue:__ slow\n   __Resolution:__ cache",
    ],
)
def test_the_ways_to_say_it_in_one_item(text: str) -> None:
    [entry] = entries(f"## Challenges\n\n{text}\n")
    assert entry.problem.rstrip(".") == "slow"
    assert entry.solution == "cache"


@pytest.mark.parametrize(
    "text",
    [
        "- **Problem solving** is fun",
        "- Solutions architects wanted",
        "- **Python**: the problem is the solution",
    ],
)
def test_words_alone_make_no_challenge(text: str) -> None:
    [entry] = entries(f"## Technologies\n\n{text}\n")
    assert (entry.problem, entry.solution) == ("", "")


def test_separate_sections_of_challenges_and_solutions_stay_sections() -> None:
    text = "## Week 1\n### Challenges Faced\n- a\n### Solutions Implemented\n- b\n"
    assert [entry.problem for entry in entries(text)] == ["a", "b"]
