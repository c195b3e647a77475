from __future__ import annotations

import difflib

import pytest
from django.contrib.auth.models import User

from notes import services
from notes.models import Hub, Note, Section
from notes.readme import assembly, importer
from notes.services import NoteText

README = """\
# What we learnt

## Technologies

1. **Django** – pages
2. **Celery** – tasks
3. **Redis** – cache

---

## Practices

* Test first
* Review
"""


@pytest.fixture
def imported(hub: Hub) -> Hub:
    importer.store(hub, README)
    return hub


def rendered(hub: Hub) -> str:
    return assembly.text(hub)


def changed_lines(hub: Hub) -> list[str]:
    assembly.place_notes(hub)
    diff = difflib.ndiff(README.splitlines(), rendered(hub).splitlines())
    return [line for line in diff if line[0] in "+-"]


def section(hub: Hub, title: str) -> Section:
    return hub.sections.get(title=title)


def submit(hub: Hub, author: User, title: str, note: str, body: str = "") -> Note:
    text = NoteText(section=section(hub, title), title=note, body=body)
    return services.submit_note(hub=hub, author=author, text=text)


def test_a_new_note_is_written_like_its_neighbours(imported: Hub, ada: User) -> None:
    submit(imported, ada, "Technologies", "Docker", "images")

    assert changed_lines(imported) == ["+ 4. **Docker** – images"]


def test_an_edit_changes_the_lines_of_that_note_only(imported: Hub, ada: User) -> None:
    note = imported.notes.get(title="Celery")
    text = NoteText(section=note.section, title="Celery", body="queues")
    services.edit_note(note=note, editor=ada, text=text)

    assert changed_lines(imported) == [
        "- 2. **Celery** – tasks",
        "+ 2. **Celery** – queues",
    ]


def test_a_withdrawn_note_leaves_no_trace(imported: Hub, ada: User) -> None:
    note = imported.notes.get(title="Redis")
    services.withdraw_note(note=note, editor=ada)

    assert changed_lines(imported) == ["- 3. **Redis** – cache"]


def test_a_note_moves_to_another_section(imported: Hub, ada: User) -> None:
    note = imported.notes.get(title="Redis")
    text = NoteText(section=section(imported, "Practices"), title="Redis", body="cache")
    services.edit_note(note=note, editor=ada, text=text)

    assembly.place_notes(imported)

    before, _, after = rendered(imported).partition("## Practices")
    assert "Redis" not in before
    assert "Redis" in after
    note.refresh_from_db()
    assert note.placed_in == section(imported, "Practices")


def test_a_section_without_notes_learns_from_another(hub: Hub, ada: User) -> None:
    importer.store(hub, "## A\n\n## B\n\n* **x** – y\n")
    submit(hub, ada, "A", "Docker", "images")

    assembly.place_notes(hub)

    assert "* **Docker** – images" in rendered(hub)


def test_challenges_learn_from_challenges_though_others_are_nearer(hub, ada):
    far = "## Challenges\n\n- **Challenge:** x\n  **Solution:** y\n\n"
    importer.store(hub, f"{far}## Tools\n\n* a – b\n\n## More challenges\n")
    text = NoteText(
        section=section(hub, "More challenges"), title="t", problem="p", solution="s"
    )
    services.submit_note(hub=hub, author=ada, text=text)
    assert "- **Challenge:** t: p\n  **Solution:** s" in assembly.text_with(hub)


def test_placing_again_changes_nothing(imported: Hub, ada: User) -> None:
    submit(imported, ada, "Technologies", "Docker", "images")
    assert assembly.place_notes(imported) == 1
    once = rendered(imported)

    assert assembly.place_notes(imported) == 0
    assert rendered(imported) == once


def test_many_new_notes_keep_their_order(imported: Hub, ada: User) -> None:
    for number in range(30):
        submit(imported, ada, "Practices", f"Habit {number}")
        if number % 7 == 0:
            assembly.place_notes(imported)

    assembly.place_notes(imported)

    titles = [line for line in rendered(imported).splitlines() if "Habit" in line]
    numbers = [int(line.strip("*").split()[-1]) for line in titles]
    assert numbers == list(range(30))


def test_the_slices_of_a_large_hub_come_in_chunks(hub: Hub) -> None:
    text = "## A\n\n" + "".join(f"- note {n}\n" for n in range(3_000))
    importer.store(hub, text)

    chunks = list(assembly.chunks(hub))

    assert b"".join(chunks).decode() == text
