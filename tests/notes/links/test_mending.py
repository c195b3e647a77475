from __future__ import annotations

import pytest

from notes.links.mending import new_address, replace_link

OLD, NEW = "https://old.example/a", "https://new.example/b"


@pytest.mark.parametrize(
    "markdown",
    [
        "[text](OLD)",
        '[text](OLD "title")',
        "[text](<OLD>)",
        "<OLD>",
        "see OLD.",
        "![image](OLD)",
        "[text][ref]\n\n[ref]: OLD",
        '<a href="OLD">text</a>',
        "| a | b |\n| - | - |\n| x | [t](OLD) |",
        "OLD and OLD",
    ],
)
def test_the_address_is_replaced_wherever_a_link_can_stand(markdown: str) -> None:
    before = markdown.replace("OLD", OLD)
    assert replace_link(before, OLD, NEW) == markdown.replace("OLD", NEW)


@pytest.mark.parametrize(
    "markdown",
    [
        f"`{OLD}`",
        f"    {OLD}",
        f"```\n{OLD}\n```",
        f"{OLD}/longer",
        f"[text]({OLD}#part)",
        f"https://archive.example/?url={OLD}",
        "nothing",
        "",
    ],
)
def test_what_only_looks_like_the_link_stays(markdown: str) -> None:
    assert replace_link(markdown, OLD, NEW) == markdown


def test_of_a_link_with_its_address_as_text_the_target_is_replaced() -> None:
    assert replace_link(f"[{OLD}]({OLD})", OLD, NEW) == f"[{OLD}]({NEW})"


def test_code_beside_a_link_stays() -> None:
    before = f"`{OLD}` [text]({OLD}) {OLD}/longer"
    assert replace_link(before, OLD, NEW) == f"`{OLD}` [text]({NEW}) {OLD}/longer"


@pytest.mark.parametrize(
    "hostile",
    [
        "https://new.example/ space",
        "https://new.example/)[x](https://evil.example/",
        'https://new.example/" onclick="x',
        "https://new.example/\n\n# Heading",
    ],
)
def test_an_address_that_would_write_more_than_itself_is_refused(hostile: str) -> None:
    for before in (f"[text]({OLD})", OLD):
        assert replace_link(before, OLD, hostile) == before


def test_an_address_that_would_end_an_attribute_is_refused() -> None:
    before = f'<a href="{OLD}">text</a>'
    assert replace_link(before, OLD, 'https://new.example/" onclick="x') == before


@pytest.mark.parametrize(
    ("written", "final_url", "expected"),
    [
        (OLD, NEW, NEW),
        (f"{OLD}#part", NEW, f"{NEW}#part"),
        (f"{OLD}#part", f"{NEW}#other", f"{NEW}#other"),
    ],
)
def test_the_fragment_goes_along(written: str, final_url: str, expected: str) -> None:
    assert new_address(written, final_url) == expected
