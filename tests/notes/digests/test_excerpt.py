from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from notes.digests.excerpt import excerpt, fold

TEXTS = st.text(alphabet="ab `~*-#>|.\n\t1", max_size=300)


def test_a_short_text_is_left_whole() -> None:
    assert excerpt("  One.\n\nTwo.\n", characters=50) == "One.\n\nTwo."


def test_a_long_text_ends_with_its_last_whole_paragraph() -> None:
    text = "First paragraph here.\n\nSecond one.\n\nThird " + "word " * 50
    assert excerpt(text, characters=60) == "First paragraph here.\n\nSecond one."


def test_a_long_first_paragraph_ends_after_a_whole_word() -> None:
    assert excerpt("alpha beta, gamma delta", characters=13) == "alpha beta …"


def test_a_code_block_that_is_cut_is_closed() -> None:
    text = "```python\n" + "x = 1\n\n" * 30 + "```\n\nThe end."
    assert excerpt(text, characters=40).endswith("\n```")


@given(TEXTS, st.integers(min_value=1, max_value=100))
def test_an_excerpt_is_never_much_longer_than_asked(text: str, characters: int) -> None:
    assert len(excerpt(text, characters=characters)) <= characters + len(" …\n~~~")


def test_paragraphs_are_folded_at_the_width_of_a_mail() -> None:
    folded = fold("word " * 40, indent="  ")
    assert all(len(line) <= 74 and line.startswith("  ") for line in folded.split("\n"))
    assert folded.split() == ["word"] * 40


def test_lines_that_continue_a_paragraph_are_joined() -> None:
    assert fold("One\ntwo\nthree.\n\nFour.") == "One two three.\n\nFour."


def test_list_items_keep_their_line_and_hang_their_rest() -> None:
    first, second, third = fold("- " + "long " * 16 + "\n- short").split("\n")
    assert first.startswith("- long")
    assert second.startswith("  long")
    assert third == "- short"


def test_code_tables_and_headings_keep_their_lines() -> None:
    text = "# Head\ntext\n\n```\na  =  1\nb\n```\n\n| a | b |\n| - | - |\n\nTop\n==="
    assert fold(text) == text


def test_addresses_are_not_broken() -> None:
    address = "https://example.org/" + "a-b-" * 40
    assert address in fold(f"See {address} for more.").split("\n")


@given(TEXTS)
def test_folding_loses_no_word(text: str) -> None:
    assert fold(text).split() == text.split()
