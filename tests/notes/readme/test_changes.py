"""Hand edits taken apart into changes that can be accepted one by one."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from notes.readme.changes import Change, ChangeClashError, find_changes
from notes.readme.model import ChangeKind

BASE = """# Hub

What we learn.

## Key Technologies

- **Celery**: runs tasks
- **Redis**: caches
- **Kombu**: messages

## Challenges

- **Lost tasks**: acks late

Goodbye.
"""
FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*.md"))


def one(theirs: str, base: str = BASE) -> Change:
    [change] = find_changes(base, theirs)
    assert change.applied_to(base) == theirs
    return change


def test_nothing_changed_is_no_change() -> None:
    assert find_changes(BASE, BASE) == []


@pytest.mark.parametrize("above", ["**Celery**: runs tasks", "**Kombu**: messages"])
def test_a_new_note_is_found_wherever_it_was_put(above: str) -> None:
    new = "- **Valkey**: a fork\n"
    change = one(BASE.replace(f"- {above}\n", f"- {above}\n{new}"))
    assert (change.kind, change.section) == (ChangeKind.NEW, "Key Technologies")
    assert (change.title, change.before, change.after) == ("Valkey", "", new)


def test_two_new_notes_are_two_changes() -> None:
    theirs = BASE.replace("caches\n", "caches\n- **A**: x\n- **B**: y\n")
    assert [change.title for change in find_changes(BASE, theirs)] == ["A", "B"]


def test_a_changed_note_knows_its_text_before() -> None:
    change = one(BASE.replace("caches", "caches and brokers"))
    assert change.kind == ChangeKind.CHANGED
    assert change.source == "- **Redis**: caches\n"
    assert change.after == "- **Redis**: caches and brokers\n"


def test_neighbours_that_changed_are_changes_of_their_own() -> None:
    theirs = BASE.replace("runs tasks", "runs jobs").replace("caches", "brokers")
    found = find_changes(BASE, theirs)
    assert [(c.kind, c.title) for c in found] == [
        (ChangeKind.CHANGED, "Celery"),
        (ChangeKind.CHANGED, "Redis"),
    ]


def test_a_removed_note_beside_a_changed_one_is_told_from_it() -> None:
    theirs = BASE.replace("- **Celery**: runs tasks\n", "").replace("caches", "brokers")
    found = find_changes(BASE, theirs)
    assert [(c.kind, c.title) for c in found] == [
        (ChangeKind.REMOVED, "Celery"),
        (ChangeKind.CHANGED, "Redis"),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("What we learn.", "What we have learnt."),
        ("Goodbye.", "See you."),
        ("## Challenges", "## Challenges and Solutions"),
        ("# Hub\n", "Draft\n\n# Hub\n"),
        ("Goodbye.\n", "Goodbye.\n\n## Links\n\n- [one](https://example.org)\n"),
    ],
)
def test_what_is_no_note_is_free_text(old: str, new: str) -> None:
    change = one(BASE.replace(old, new))
    assert change.kind == ChangeKind.TEXT


def test_a_change_finds_its_place_among_newer_notes() -> None:
    theirs = BASE.replace("messages\n", "messages\n- **Valkey**: a fork\n")
    [change] = find_changes(BASE, theirs)
    ours = BASE.replace("messages\n", "messages\n- **RabbitMQ**: a broker\n")
    assert change.applied_to(ours) == ours.replace(
        "messages\n", "messages\n- **Valkey**: a fork\n"
    )


def test_a_new_note_finds_its_place_when_only_one_neighbour_is_as_it_was() -> None:
    theirs = BASE.replace("caches\n", "caches\n- **Valkey**: a fork\n")
    [change] = find_changes(BASE, theirs)
    for old, new in (("caches", "stores"), ("messages", "letters")):
        ours = BASE.replace(old, new)
        assert change.applied_to(ours) == theirs.replace(old, new)


def test_a_change_of_what_is_there_twice_is_placed_by_what_stands_above() -> None:
    base = "## A\n\n- same\n\n## B\n\n- same\n"
    change = one("## A\n\n- same\n\n## B\n\n- other\n", base)
    assert change.applied_to(base).startswith("## A\n\n- same\n")


@pytest.mark.parametrize(
    "theirs",
    [
        BASE.replace("caches", "brokers"),
        BASE.replace("- **Redis**: caches\n", ""),
    ],
)
def test_a_change_of_what_has_changed_here_too_is_no_guesswork(theirs: str) -> None:
    [change] = find_changes(BASE, theirs)
    with pytest.raises(ChangeClashError, match="by hand, then decline it"):
        change.applied_to(BASE.replace("- **Redis**: caches", "- **Redis**: stores"))


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_all_changes_together_are_the_hand_edit(path: Path) -> None:
    base = path.read_bytes().decode()
    lines = base.splitlines(keepends=True)
    chance = random.Random(path.stem)
    for _ in range(30):
        edited = list(lines)
        for number in sorted(chance.sample(range(len(lines)), 3), reverse=True):
            match chance.randrange(3):
                case 0:
                    del edited[number]
                case 1:
                    edited[number] = f"- new {number}\n"
                case _:
                    edited.insert(number, f"- **Added {number}**: text\n")
        theirs = "".join(edited)
        assert whole(base, find_changes(base, theirs)) == theirs


def whole(base: str, changes: list[Change]) -> str:
    for change in reversed(changes):
        end = change.start + len(change.before)
        assert base[change.start : end] == change.before
        base = base[: change.start] + change.after + base[end:]
    return base
