"""A hand-written note finds a place though nothing around it is what it was."""

from __future__ import annotations

import pytest

from notes.models import EventKind, PendingChange
from notes.publishing import placing
from notes.publishing.services import accept_change
from notes.readme import assembly, importer
from notes.readme.changes import ChangeClashError
from tests.notes.publishing.conftest import README, pushed

BY_HAND = README.replace("- **Redis**", "- **Valkey** – a fork\n- **Redis**")
TOOLS = "## Key Technologies\n\n"


@pytest.fixture
def change(remote, imported, far) -> PendingChange:
    pushed(imported)
    far.edit(BY_HAND.encode())
    pushed(imported)
    return PendingChange.objects.select_related("hand_edit__hub").get()


def become(hub, text: str) -> None:
    """What the maintainers made of the README here meanwhile."""
    importer.store(hub, text)


def accept(change, ada, place: str) -> str:
    accept_change(change=change, actor=ada, place=place)
    return assembly.text(change.hand_edit.hub)


def test_a_note_whose_neighbours_are_there_needs_nobody(change, imported):
    assert not placing.is_homeless(change, assembly.text(imported))


def test_it_goes_after_the_note_above_though_that_says_something_else(
    change, imported, ada
):
    new = f"# Hub\n\n{TOOLS}- **Celery**: does work\n- **Redis**: stores\n"
    become(imported, new)
    assert placing.is_homeless(change, new)
    with pytest.raises(ChangeClashError):
        accept_change(change=change, actor=ada)
    text = accept(change, ada, placing.likely_place(change))
    assert text == new.replace("- **Redis", "- **Valkey** – a fork\n- **Redis")
    note = imported.notes.get(title="Valkey")
    assert note.events.get().kind == EventKind.NOTE_SUBMITTED


def test_without_the_notes_above_it_goes_to_the_end_of_its_section(
    change, imported, ada
):
    new = f"# Hub\n\n{TOOLS}- **Django**: pages\n\n## More\n\n- x\n"
    become(imported, new)
    text = accept(change, ada, placing.likely_place(change))
    assert text == new.replace("pages\n", "pages\n- **Valkey** – a fork\n")


def test_another_section_takes_it_in_its_own_manner(change, imported, ada):
    become(imported, "# Hub\n\n## More\n\n1. x: y\n2. z: a\n")
    assert placing.likely_place(change) == ""
    section = imported.sections.get(title="More")
    words = dict(placing.places(change))
    assert words[f"end-{section.pk}"] == "At the end of More"
    text = accept(change, ada, f"end-{section.pk}")
    assert text.endswith("2. z: a\n3. Valkey: a fork\n")


def test_an_empty_section_takes_it_as_it_was_written(change, imported, ada):
    become(imported, f"# Hub\n\n{TOOLS}## More\n\n* x\n")
    text = accept(change, ada, placing.likely_place(change))
    assert text == f"# Hub\n\n{TOOLS}- **Valkey** – a fork\n\n## More\n\n* x\n"


def test_the_places_are_those_of_its_section_and_the_ends_of_all(change, imported):
    assert [words for _, words in placing.places(change)] == [
        "At the end of Hub",
        "After Celery",
        "After Redis",
        "At the end of Key Technologies",
    ]
