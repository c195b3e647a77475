"""The README doctor: what it finds, where, and that its repairs cure that alone."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from notes.readme.doctor.examination import examine, repaired
from notes.readme.doctor.findings import Ailment, Finding
from notes.readme.lines import split_lines
from tests.conftest import SHARED

REAL_READMES = sorted([*SHARED.glob("seeds/*"), *SHARED.glob("corpus/*.md")])
CHECKLIST = ["Key Technologies", "Challenges and Solutions", "Field Trips"]


def only(text: str, ailment: Ailment, **options: object) -> Finding:
    found = [one for one in examine(text, **options) if one.ailment is ailment]
    assert len(found) == 1, found
    return found[0]


def cures(text: str, finding: Finding, words: str = "New words") -> dict[str, str]:
    return {
        repair.name: repaired(text, repair.filled(words)) for repair in finding.repairs
    }


def test_a_healthy_readme_has_no_findings():
    text = (
        "# Hub\n\n- [A](#a)\n- [x] done\n\n## A\n\n```sh\n# [Your Name]\n```\n\nEnd.\n"
    )
    assert examine(text) == []


def test_an_open_fence_is_found_where_it_begins():
    text = "# A\n\n```bash\nls\n\n## B\n\n- b\n"
    finding = only(text, Ailment.FENCE)
    assert finding.line == 3
    assert "From line 3 on your README shows as code" in finding.sentence
    fixed = cures(text, finding)
    assert fixed["Close it after line 4, before the next heading"] == (
        "# A\n\n```bash\nls\n```\n\n## B\n\n- b\n"
    )
    assert fixed["Take line 3 out"] == "# A\n\nls\n\n## B\n\n- b\n"
    assert fixed["Close it at the end of the file"] == f"{text}```\n"


def test_an_open_fence_of_tildes_without_a_last_line_end_is_closed_with_tildes():
    text = "\ufeffHi\r\n\r\n~~~~\r\ncode"
    fixed = cures(text, only(text, Ailment.FENCE))
    assert fixed["Close it at the end of the file"] == f"{text}\r\n~~~~\r\n"


def test_a_comment_in_code_is_no_heading_to_close_before():
    text = "```python\nimport this\n\n# comment\n"
    assert list(cures(text, only(text, Ailment.FENCE))) == [
        *("Close it at the end of the file", "Take line 1 out"),
    ]


def test_a_fence_in_a_list_item_is_closed_by_the_line_that_was_meant_to():
    text = "# A\n\n- Run:\n  ```sh\n  ls\n```\n\n## B\n\n- b\n"
    finding, rest = examine(text)
    assert (finding.line, rest.line) == (4, 6)
    assert finding.sentence.startswith("Lines 4 to 5 show as code")
    fixed = cures(text, finding)
    name = "Let line 6 close it, as far in as line 4"
    assert fixed[name] == text.replace("\n```\n", "\n  ```\n")
    assert examine(fixed[name]) == []


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("- ```\n  ls\n- b\n", "- ```\n  ls\n  ```\n- b\n"),
        ("1. a\n\n   ~~~~\n   x\n\n2. b\n", "1. a\n\n   ~~~~\n   x\n   ~~~~\n\n2. b\n"),
        ("> ```\r\n> x\r\n\r\ny", "> ```\r\n> x\r\n> ```\r\n\r\ny"),
        ("> - ```\n>   x", "> - ```\n>   x\n>   ```\n"),
    ],
)
def test_a_fence_is_closed_within_its_list_item_or_quote(text, closed):
    finding = only(text, Ailment.FENCE)
    assert closed in cures(text, finding).values()
    assert examine(closed) == []


def test_a_closed_fence_in_a_list_item_or_quote_is_none():
    text = "- a\n  ```sh\n  # A\n  ```\n- b\n\n> ```\n> x\n> ```\n"
    assert examine(text) == []


def test_ends_of_code_that_nothing_began_are_taken_out():
    text = "# A\n\nx = 1\n```\n\n# B\n\ny = 2\n```\n\n# C\n"
    finding = only(text, Ailment.FENCE)
    assert finding.sentence.startswith("Lines 4 to 9 show as code, the headings")
    assert cures(text, finding) == {"Take lines 4 and 9 out": text.replace("```\n", "")}


def test_code_that_begins_with_a_comment_is_none():
    assert examine("```\n# a comment\nls\n```\n") == []
    assert examine("```sh\n\n# a comment\nls\n```\n") == []


def test_a_conflict_offers_both_sides_and_each():
    text = "a\n\n<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> main\nb\n"
    finding = only(text, Ailment.CONFLICT)
    assert finding.sentence.startswith("Lines 3 to 7 hold two versions")
    assert cures(text, finding) == {
        "Keep both versions": "a\n\nours\ntheirs\nb\n",
        "Keep the upper one": "a\n\nours\nb\n",
        "Keep the lower one": "a\n\ntheirs\nb\n",
    }


def test_a_conflict_with_its_base_leaves_the_base_out():
    text = "<<<<<<< a\n1\n||||||| base\n0\n=======\n2\n>>>>>>> b\n"
    fixed = cures(text, only(text, Ailment.CONFLICT))
    assert list(fixed.values()) == ["1\n2\n", "1\n", "2\n"]


def test_a_mark_that_was_left_is_taken_out():
    text = "a\n>>>>>>> main\n"
    assert cures(text, only(text, Ailment.CONFLICT)) == {"Take it out": "a\n"}


def test_the_underline_of_a_heading_and_a_conflict_in_code_are_none():
    assert examine("Title\n=======\n\n```\n<<<<<<< HEAD\n```\n") == []


def test_a_broken_anchor_is_led_to_the_heading_that_is_meant():
    text = "- [Key Tools](#tools)\n- [B](#b)\n\n## 🛠 Key Tools\n\n## B\n"
    finding = only(text, Ailment.ANCHOR)
    assert (finding.line, "no heading is called so" in finding.sentence) == (1, True)
    assert cures(text, finding) == {
        "Lead it to #-key-tools": text.replace("#tools", "#-key-tools")
    }


def test_an_entry_of_contents_that_leads_nowhere_is_taken_out():
    text = "1. [A](#a)\n2. [x](#zzz)\n\n## A\n"
    assert cures(text, only(text, Ailment.ANCHOR)) == {
        "Take line 2 out": "1. [A](#a)\n\n## A\n",
        "Keep the words without the link": text.replace("[x](#zzz)", "x"),
    }


def test_a_link_in_a_sentence_that_leads_nowhere_becomes_its_words():
    text = "See [below](#zzz) for more.\n\n## Other\n"
    assert cures(text, only(text, Ailment.ANCHOR)) == {
        "Keep the words without the link": "See below for more.\n\n## Other\n"
    }


def test_the_invisible_half_of_an_emoji_is_written_so_that_it_shows():
    text = "[Tech](#-tech)\n\n## \N{HAMMER AND WRENCH}\ufe0f Tech\n"
    (fixed,) = cures(text, only(text, Ailment.ANCHOR)).values()
    assert fixed.startswith("[Tech](#%EF%B8%8F-tech)")
    assert examine(fixed) == []


def test_a_list_of_symbols_that_runs_together_becomes_one():
    text = "Why:\n✅ fast\n✅ small\n• plain\nEnd\n"
    finding = only(text, Ailment.LIST)
    assert finding.sentence.startswith("Lines 2 to 4 look like a list")
    assert cures(text, finding) == {
        "Make it a list": "Why:\n- ✅ fast\n- ✅ small\n- plain\nEnd\n",
        "Keep the lines, with a break after each": (
            "Why:  \n✅ fast  \n✅ small  \n• plain\nEnd\n"
        ),
    }


@pytest.mark.parametrize("end", ["  ", "\\", "<br>", "\n"])
def test_lines_that_are_broken_already_do_not_run_together(end):
    assert examine(f"✅ fast{end}\n✅ small\n") == []


def test_a_heading_that_is_there_twice_is_found():
    text = "## A\n\n- a\n\n## B\n\n## *A*\n\n"
    finding = only(text, Ailment.DUPLICATE)
    assert finding.line == 7
    assert "a heading in line 1 already" in finding.sentence
    assert cures(text, finding)["Take the empty one out"] == "## A\n\n- a\n\n## B\n\n"


def test_the_same_heading_under_two_others_is_none():
    assert examine("## A\n\n### Tips\n\n## B\n\n### Tips\n") == []


def test_a_duplicate_with_text_gets_another_title_or_joins_the_first():
    text = "## A\n\n- a\n\n---\n\n## B\n\nb\n\n## **A**\n\n- c\n- d"
    assert cures(text, only(text, Ailment.DUPLICATE), "A, later") == {
        "Put its text under line 1": (
            "## A\n\n- a\n\n- c\n- d\n\n---\n\n## B\n\nb\n\n"
        ),
        "Give it another title": text.replace("**A**", "**A, later**"),
    }


def test_a_duplicate_right_after_the_first_loses_its_heading_alone():
    text = "# A\n\n# A\n\nText.\n\n## B\n"
    fixed = cures(text, only(text, Ailment.DUPLICATE))
    assert fixed["Take this heading out"] == "# A\n\nText.\n\n## B\n"


def test_a_duplicate_joins_the_first_above_its_sections():
    text = "# X\n\n## A\n\n### C\n\n- c\n\n## B\n\n## A\n\n- a\n"
    fixed = cures(text, only(text, Ailment.DUPLICATE))
    assert fixed["Put its text under line 3"] == (
        "# X\n\n## A\n\n- a\n\n### C\n\n- c\n\n## B\n\n"
    )


def test_two_texts_with_sections_of_their_own_are_not_joined():
    text = "## A\n\n### C\n\n## B\n\n## A\n\n### D\n\n- a\n"
    fixed = cures(text, only(text, Ailment.DUPLICATE))
    assert list(fixed) == ["Give it another title"]


def test_placeholders_are_found_in_their_line():
    text = "# [Project Name]\n\nby\n[Your Name] and [docs](x) and `[Your Tool]`\n"
    found = [(one.line, one.sentence.split("”")[0]) for one in examine(text)]
    assert found == [(1, "“[Project Name]"), (4, "“[Your Name]")]


def test_a_placeholder_is_filled_in_or_its_line_taken_out():
    text = "- a\n- by **[Your Name]**, [Your Name](x)\n- c\n"
    assert cures(text, only(text, Ailment.PLACEHOLDER), "Ada") == {
        "Fill it in": text.replace("**[Your Name]**", "**Ada**"),
        "Take line 2 out": "- a\n- c\n",
    }


def test_what_is_filled_into_a_table_stays_in_its_cell():
    text = "| a | b |\n| - | - |\n| [Your Name] | c |\n"
    assert cures(text, only(text, Ailment.PLACEHOLDER), "x|y") == {
        "Fill it in": text.replace("[Your Name]", "x\\|y")
    }


def test_a_line_that_others_hang_on_is_not_taken_out():
    text = "- [Your Tool]\n  - what it does\n"
    fixed = cures(text, only(text, Ailment.PLACEHOLDER))
    assert list(fixed) == ["Fill it in"]


@pytest.mark.parametrize(
    "words",
    [
        '[Write about what you learnt, "as if to a friend", in two or three sentences]',
        "*[A practice, e.g. small commits]*",
        "(To be added by me)",
        "*(This section will be updated with what we find.)*",
        "**<Your Name>**",
        "Lorem ipsum",
    ],
)
def test_what_else_a_template_leaves_behind(words):
    finding = only(f"## A\n\n{words}\n", Ailment.PLACEHOLDER)
    assert [repair.name for repair in finding.repairs] == [
        *("Fill it in", "Take line 3 out"),
    ]


def test_words_for_readers_are_no_placeholders():
    text = (
        "See https://<your-project>.example.org and `<your-token>`.\n\n"
        "Fast (to be honest, very), [1] and [sic], our list [here][a].\n\n[a]: /x\n"
    )
    assert examine(text) == []


def test_a_reference_and_a_task_box_are_no_placeholders():
    assert examine("[the link][name] [name]\n\n[name]: /x\n\n- [ ] a\n") == []


def test_a_section_of_the_checklist_that_is_missing_is_added_at_the_end():
    text = "# Hub\n\n## Tech stack\n\n- a"
    wanted = ["Key Technologies", "Field Trips"]
    finding = only(text, Ailment.MISSING, checklist=wanted)
    assert "“Field Trips”" in finding.sentence
    (new,) = cures(text, finding).values()
    assert new.startswith(f"{text}\n\n## Field Trips\n")


def test_a_section_is_not_added_where_it_would_be_code():
    text = "# Hub\n\n```\nopen\n"
    assert only(text, Ailment.MISSING, checklist=["Field Trips"]).repairs == ()


def test_keys_tell_findings_apart():
    text = "[a](#x) [b](#y)\n\n[Your Name] [Your Date]\n"
    findings = examine(text, checklist=["Field Trips", "Parties"])
    assert len({finding.key for finding in findings}) == len(findings) == 6


@pytest.mark.skipif(not REAL_READMES, reason="no ../shared with real READMEs here")
@pytest.mark.parametrize("path", REAL_READMES, ids=lambda path: path.name)
def test_each_repair_of_a_real_readme_cures_its_own_finding_alone(path: Path) -> None:
    text = path.read_bytes().decode()
    findings = examine(text, checklist=CHECKLIST)
    for finding in findings:
        for repair in finding.repairs:
            new = repaired(text, repair.filled("Other words"))
            left = examine(new, checklist=CHECKLIST)
            assert count(left, finding) < count(findings, finding), repair.name
            assert_only_there(text, new, finding, repair.edits)


def count(findings: list[Finding], like: Finding) -> int:
    return sum(one.ailment is like.ailment for one in findings)


def assert_only_there(text: str, new: str, finding: Finding, edits) -> None:
    """Byte for byte the same before the first line of the repair and after the last."""
    lines = split_lines(text)
    if finding.ailment is Ailment.MISSING:
        assert new.startswith(text.rstrip())
        return
    start = min(edit.start for edit in edits)
    end = max(edit.end for edit in edits)
    assert new.startswith("".join(lines[:start]))
    assert new.endswith("".join(lines[end:]))


def test_a_repair_changes_no_line_but_its_own():
    text = "\ufeffa\r\n\r\n[B](#c)\r\n\r\n## B\r\n"
    finding = only(text, Ailment.ANCHOR)
    (new,) = cures(text, finding).values()
    pairs = difflib.ndiff(text.splitlines(True), new.splitlines(True))
    changed = [line for line in pairs if line[0] in "+-"]
    assert changed == ["- [B](#c)\r\n", "+ [B](#b)\r\n"]
