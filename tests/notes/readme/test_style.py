"""A new note is written the way its section writes notes."""

from __future__ import annotations

import pytest

from notes.readme.model import Draft
from notes.readme.parser import parse
from notes.readme.renderer import render, section_slices
from notes.readme.style import append, insert
from tests.notes.readme.samples import fixture, section, section_of, with_section

NOTE = Draft("Celery", "Runs what may wait.")
CHALLENGE = Draft("Late mail", "", "The digest came on Tuesday.", "A clock of its own.")


def added(text: str, draft: Draft = NOTE) -> str:
    """The text after a note was appended to its first section with notes."""
    document = parse(text)
    one = section(text)
    at = [part.opening for part in document.sections].index(one.opening)
    return render(with_section(document, at, append(one, draft)))


def new_lines(name: str, title: str, draft: Draft) -> str:
    """What appending to a section of a fixture adds, before the text that follows."""
    one = section_of(fixture(name), title)
    return append(one, draft).entries[-1].source


@pytest.mark.parametrize(
    ("before", "line"),
    [
        ("- **A**: a\n- **B**: b\n", "- **Celery**: Runs what may wait.\n"),
        ("* **A:** a\n* **B:** b\n", "* **Celery:** Runs what may wait.\n"),
        ("+ **A** – a\n", "+ **Celery** – Runs what may wait.\n"),
        ("- **A** - a\n", "- **Celery** - Runs what may wait.\n"),
        ("- **A** -- a\n", "- **Celery** -- Runs what may wait.\n"),
        ("- A – a\n- B – b\n", "- Celery – Runs what may wait.\n"),
        ("- A: a\n- B: b\n", "- Celery: Runs what may wait.\n"),
        ("- *A*: a\n", "- *Celery*: Runs what may wait.\n"),
        ("- __A__: a\n", "- __Celery__: Runs what may wait.\n"),
        ("-   **A**: a\n", "-   **Celery**: Runs what may wait.\n"),
        ("- **A**: a  \n- **B**: b  \n", "- **Celery**: Runs what may wait.  \n"),
        ("- **A**  \n  a\n", "- **Celery**  \n  Runs what may wait.\n"),
        ("- **A**\\\n  a\n", "- **Celery**\\\n  Runs what may wait.\n"),
        ("1. **A**: a\n2. **B**: b\n", "3. **Celery**: Runs what may wait.\n"),
        ("1. **A**: a\n1. **B**: b\n", "1. **Celery**: Runs what may wait.\n"),
        ("3) **A**: a\n", "4) **Celery**: Runs what may wait.\n"),
        ("08. **A**: a\n09. **B**: b\n", "10. **Celery**: Runs what may wait.\n"),
        ("- [x] **A**: a\n", "- [ ] **Celery**: Runs what may wait.\n"),
        ("- write tests\n- read logs\n", "- Celery: Runs what may wait.\n"),
        ("- 🐍 **A**: a\n- 🐘 **B**: b\n", "- **Celery**: Runs what may wait.\n"),
        ("✅ **A** – a\n✅ **B** – b\n", "✅ **Celery** – Runs what may wait.\n"),
        ("✅ **A** is a\n✅ **B** is b\n", "✅ **Celery**: Runs what may wait.\n"),
        ("•\tA: a\n•\tB: b\n", "•\tCelery: Runs what may wait.\n"),
        ("- [A](/a) – a\n- [B](/b) – b\n", "- Celery – Runs what may wait.\n"),
        ("- **A**:\n  - a\n  - b\n", "- **Celery**: Runs what may wait.\n"),
    ],
)
def test_a_note_takes_over_its_neighbours_manner(before: str, line: str) -> None:
    assert added("## H\n\n" + before) == "## H\n\n" + before + line


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- a\n\n- b\n\n## X\n", "- a\n\n- b\n\n- Celery\n\n## X\n"),
        ("- a\n- b\n\n---\n\n## X\n", "- a\n- b\n- Celery\n\n---\n\n## X\n"),
        ("- a\n\nfree text\n", "- a\n- Celery\n\nfree text\n"),
        ("- a\r\n- b\r\n", "- a\r\n- b\r\n- Celery\r\n"),
        ("- a\r- b\r", "- a\r- b\r- Celery\r"),
        ("- a\n- b", "- a\n- b\n- Celery"),
        (
            "1. a\n2. b:\n\n```sh\nb\n```\n",
            "1. a\n2. b:\n\n```sh\nb\n```\n\n3. Celery\n",
        ),
    ],
)
def test_the_text_around_stays_as_it_is(before: str, after: str) -> None:
    assert added("## H\n" + before, Draft("Celery")) == "## H\n" + after


@pytest.mark.parametrize(
    ("name", "title", "expected"),
    [
        (
            "challenge_items.md",
            "Challenges and Solutions",
            (
                "- **Challenge**: Late mail: The digest came on Tuesday.\n"
                "  - **Solution**: A clock of its own.\n"
            ),
        ),
        (
            "challenge_items.md",
            "More challenges",
            (
                "3. **Late mail**  \n   *Problem:* The digest came on Tuesday.  \n"
                "   *Solution:* A clock of its own.  \n"
            ),
        ),
        (
            "challenge_items.md",
            "Obstacles",
            "- Late mail: The digest came on Tuesday. → A clock of its own.\n",
        ),
        (
            "challenge_items.md",
            "we shared",
            (
                "- **Problem:** Late mail: The digest came on Tuesday.\n"
                "- **Solution:** A clock of its own.\n"
            ),
        ),
        (
            "challenge_items.md",
            "Blockers",
            "- **Late mail**: The digest came on Tuesday. → A clock of its own.\n",
        ),
        (
            "challenge_headings.md",
            "Challenges",
            (
                "### Challenge 3: Late mail\n"
                "**Problem:** The digest came on Tuesday.  \n"
                "**Solution:** A clock of its own.\n"
            ),
        ),
        (
            "challenge_headings.md",
            "Hurdles",
            (
                "### Late mail\n\n- **Description:** The digest came on Tuesday.\n"
                "- **Solution:** A clock of its own.\n"
            ),
        ),
        (
            "challenge_headings.md",
            "in prose",
            (
                "**Challenge:** Late mail: The digest came on Tuesday.\n"
                "**Solution:** A clock of its own.\n"
            ),
        ),
        (
            "tables.md",
            "Challenges & Solutions",
            "| 3 | Late mail: The digest came on Tuesday. | A clock of its own. |\n",
        ),
        (
            "tables.md",
            "Empty challenges",
            "| Late mail: The digest came on Tuesday. | A clock of its own. |\n",
        ),
    ],
)
def test_a_challenge_takes_over_its_section_s_form(
    name: str, title: str, expected: str
) -> None:
    assert new_lines(name, title, CHALLENGE) == expected


def test_a_challenge_without_solution_keeps_the_label_its_form_is_known_by() -> None:
    source = new_lines("challenge_headings.md", "in prose", Draft("", problem="Heat."))
    assert source == "**Challenge:** Heat.\n**Solution:** \n"


def test_sub_headings_keep_the_rule_between_them() -> None:
    one = section_of(fixture("challenge_headings.md"), "Challenges")
    new = append(one, CHALLENGE)
    assert [entry.after for entry in new.entries] == ["\n---\n\n"] * 3


def test_a_table_row_escapes_pipes_and_line_breaks() -> None:
    draft = Draft("Shells", "`a | b`\nor\n\n- c \\| d")
    assert new_lines("tables.md", "Technologies", draft) == (
        "| **Shells**    | `a \\| b`<br>or<br>- c \\| d |\n"
    )


def test_a_table_row_is_padded_like_its_column() -> None:
    assert new_lines("tables.md", "Technologies", Draft("Queue", "RabbitMQ")) == (
        "| **Queue**     | RabbitMQ                   |\n"
    )


def test_a_body_of_several_blocks_becomes_children() -> None:
    draft = Draft("Celery", "It runs:\n\n1. tasks\n2. schedules\n\n```py\nx = 1\n```")
    assert added("## H\n- **A**: a\n", draft) == (
        "## H\n- **A**: a\n- **Celery**: It runs:\n\n  1. tasks\n  2. schedules\n\n"
        "  ```py\n  x = 1\n  ```\n"
    )


def test_a_body_that_begins_with_a_list_stands_under_its_lead() -> None:
    assert added("## H\n1. **A**: a\n", Draft("B", "- c\n- d")) == (
        "## H\n1. **A**: a\n2. **B**:\n   - c\n   - d\n"
    )


def test_an_emoji_in_the_title_stands_where_the_neighbours_have_theirs() -> None:
    draft = Draft("🌿 Celery", "x")
    assert added("## H\n- 🐍 **A**: a\n- 🐘 **B**: b\n", draft).endswith(
        "- 🌿 **Celery**: x\n"
    )


def test_a_title_that_the_body_begins_with_is_not_repeated() -> None:
    draft = Draft("Write tests", "Write tests")
    assert added("## H\n- read logs\n", draft).endswith("\n- Write tests\n")


def test_a_new_note_goes_in_between_and_the_numbers_count_on() -> None:
    one = section("## H\n9. **A**: a\n   more\n10. **B**: b\n11. **C**: c\n")
    assert "".join(section_slices(insert(one, 1, Draft("N", "n")))) == (
        "## H\n9. **A**: a\n   more\n10. **N**: n\n11. **B**: b\n12. **C**: c\n"
    )


def test_children_move_along_when_their_number_grows_wider() -> None:
    one = section("## H\n9. a\n   - child\n")
    assert "".join(section_slices(insert(one, 0, Draft("N")))) == (
        "## H\n9. N\n10. a\n    - child\n"
    )


def test_a_window_is_enough_to_learn_from() -> None:
    text = "## H\n\n" + "".join(f"{n}. **T{n}** – x  \n" for n in range(1, 400))
    whole = section(text)
    window = type(whole)(
        whole.level, whole.title, whole.kind, whole.opening, whole.entries[-3:]
    )
    assert append(window, NOTE).entries[-1] == append(whole, NOTE).entries[-1]
    assert append(window, NOTE).entries[-1].source.startswith("400. **Celery** –")


def test_the_first_note_of_a_section_is_a_bullet_with_a_bold_lead() -> None:
    empty = parse("## Highlights\n").sections[0]
    assert "".join(section_slices(append(empty, NOTE))) == (
        "## Highlights\n\n- **Celery**: Runs what may wait.\n"
    )


def test_the_first_note_follows_the_manner_of_the_nearest_section() -> None:
    empty, other = parse("## A\r\n## B\r\n* **X** – x  \r\n").sections
    new = append(empty, NOTE, fallback=other)
    assert new.entries[0].source == "* **Celery** – Runs what may wait.  \r\n"


def test_the_first_note_stands_under_the_text_and_above_the_rule() -> None:
    empty = parse("## A\n\nSome words.\n\n---\n\n## B\n").sections[0]
    assert "".join(section_slices(append(empty, Draft("N", "n")))) == (
        "## A\n\nSome words.\n\n- **N**: n\n\n---\n\n"
    )


def test_the_first_note_does_not_vanish_in_an_open_fence() -> None:
    empty = parse("## A\n\n```sh\nmake\n").sections[0]
    assert "".join(section_slices(append(empty, Draft("N", "n")))) == (
        "## A\n\n- **N**: n\n\n```sh\nmake\n"
    )


def test_the_first_challenge_says_problem_and_solution() -> None:
    empty = parse("## Challenges\n").sections[0]
    new = append(empty, CHALLENGE).entries[0]
    assert new.source == (
        "- **Late mail**: The digest came on Tuesday.\n"
        "  - **Solution**: A clock of its own.\n"
    )
    assert (new.title, new.problem, new.solution) == (
        CHALLENGE.title,
        CHALLENGE.problem,
        CHALLENGE.solution,
    )
