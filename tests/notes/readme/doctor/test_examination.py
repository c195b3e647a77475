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


def cures(text: str, finding: Finding) -> dict[str, str]:
    return {repair.name: repaired(text, repair) for repair in finding.repairs}


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


def test_an_anchor_that_nothing_is_like_has_no_repair():
    assert only("[x](#zzz)\n\n## Other\n", Ailment.ANCHOR).repairs == ()


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
    assert cures(text, finding) == {"Take the empty one out": "## A\n\n- a\n\n## B\n\n"}


def test_the_same_heading_under_two_others_is_none():
    assert examine("## A\n\n### Tips\n\n## B\n\n### Tips\n") == []


def test_a_duplicate_with_text_is_left_to_a_person():
    assert only("## A\n\n## A\n\ntext\n", Ailment.DUPLICATE).repairs == ()


def test_placeholders_are_found_in_their_line():
    text = "# [Project Name]\n\nby\n[Your Name] and [docs](x) and `[Your Tool]`\n"
    found = [(one.line, one.sentence.split("”")[0]) for one in examine(text)]
    assert found == [(1, "“[Project Name]"), (4, "“[Your Name]")]


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
    for finding in examine(text, checklist=CHECKLIST):
        for repair in finding.repairs:
            new = repaired(text, repair)
            assert not has_still(text, new, finding), (finding, repair.name)
            assert_only_there(text, new, finding, repair.edits)


def has_still(text: str, new: str, finding: Finding) -> bool:
    """Whether the README has as many findings of the kind as before, or more."""

    def count(readme: str) -> int:
        found = examine(readme, checklist=CHECKLIST)
        return sum(one.ailment is finding.ailment for one in found)

    return count(new) >= count(text)


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
