"""Removing a section: its notes go where somebody says, and nothing else moves."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from notes import removal, services
from notes.models import EventKind, Hub, Note, Readme, Section
from notes.readme import assembly, importer, rebuild
from notes.readme.comparison import fingerprint
from notes.structure import SectionRefusedError

README = """\
# What we learnt

## Technologies

- **Django** – pages
- **Celery** – tasks

---

## Practices

Why we care.

* Test first
* Review

### Habits

Text only.

---

## Highlights

- Shipped"""


@pytest.fixture
def imported(hub: Hub) -> Hub:
    importer.store(hub, README)
    return hub


def of(hub: Hub, title: str) -> Section:
    return hub.sections.get(title=title)


def remove(hub: Hub, editor: User, title: str, to: str | None = None) -> None:
    removal.remove_section(
        section=of(hub, title),
        editor=editor,
        notes_to=of(hub, to) if to else None,
        seen=fingerprint(assembly.text_with(hub)),
    )


def test_the_notes_move_to_another_section_and_the_heading_goes(imported, ada):
    remove(imported, ada, "Technologies", to="Highlights")
    notes = "- **Django** – pages\n- **Celery** – tasks"
    without = README.replace(f"## Technologies\n\n{notes}\n\n---\n\n", "")
    assert assembly.text(imported) == f"{without}\n{notes}"
    celery = imported.notes.get(title="Celery")
    assert celery.section == celery.placed_in == of(imported, "Highlights")
    told = imported.events.values_list("kind", "actor", "data")
    assert list(told)[-1] == ("section.removed", ada.pk, {"title": "Technologies"})
    assert [kind for kind, *_ in told] == [
        *["note.moved"] * 2,
        EventKind.SECTION_REMOVED,
    ]


def test_the_notes_are_withdrawn_where_somebody_says_so(imported, ada):
    remove(imported, ada, "Technologies")
    head, _, tail = README.partition("## Technologies")
    assert assembly.text(imported) == head + tail.partition("---\n\n")[2]
    celery = imported.notes.get(title="Celery")
    assert (celery.state, celery.body) == (Note.State.WITHDRAWN, "tasks")
    assert celery.section == of(imported, "What we learnt")
    assert 0 < celery.readme_version <= Readme.objects.get(hub=imported).requested


def test_a_withdrawn_note_of_a_section_that_is_gone_can_be_published_again(
    imported, ada
):
    remove(imported, ada, "Technologies")
    celery = imported.notes.get(title="Celery")
    text = services.NoteText(section=of(imported, "Highlights"), title="Celery")
    services.edit_note(note=celery, editor=ada, text=text)
    assert "- Celery" in assembly.text_with(imported)


def test_the_text_ends_as_it_did_when_the_last_section_goes(imported, ada):
    remove(imported, ada, "Highlights", to="Technologies")
    assert assembly.text(imported).endswith("### Habits\n\nText only.")


def test_a_section_that_gets_the_notes_of_its_only_teacher_keeps_their_manner(hub, ada):
    importer.store(hub, "## A\n\n* **x** – 1\n* **y** – 2\n\n## B\n\nText.\n")
    remove(hub, ada, "A", to="B")
    assert "* **x** – 1\n* **y** – 2\n" in assembly.text(hub)


def test_a_preview_shows_what_the_removal_does_and_changes_nothing(imported, ada):
    found = removal.preview_removal(
        section=of(imported, "Technologies"), notes_to=of(imported, "Highlights")
    )
    assert (found.difference.added, found.difference.removed) == (3, 8)
    assert not found.has_text
    assert assembly.text(imported) == README
    assert not imported.events.exists()
    assert of(imported, "Technologies").entries.count() == 2


def test_text_that_is_no_note_is_told_of(imported, ada):
    found = removal.preview_removal(section=of(imported, "Habits"), notes_to=None)
    assert found.has_text


def test_a_section_with_others_under_it_stays(imported, ada):
    with pytest.raises(SectionRefusedError, match=r"\(Habits\): remove those first"):
        remove(imported, ada, "Practices")
    assert assembly.text(imported) == README


def test_notes_without_a_heading_have_no_section_to_remove(hub, ada):
    importer.store(hub, "- a\n- b\n\n## C\n")
    with pytest.raises(SectionRefusedError, match="before the first heading"):
        remove(hub, ada, "")


def test_the_last_section_stays_as_long_as_a_note_belongs_to_it(hub, ada):
    importer.store(hub, "Words.\n\n## A\n\n- a\n")
    with pytest.raises(SectionRefusedError, match="add another section"):
        remove(hub, ada, "A")
    hub.notes.all().delete()
    remove(hub, ada, "A")
    assert assembly.text(hub) == "Words.\n\n"


def test_a_readme_that_changed_since_it_was_shown_is_left_alone(imported, ada):
    with pytest.raises(SectionRefusedError, match="has changed since"):
        removal.remove_section(
            section=of(imported, "Habits"), editor=ada, notes_to=None, seen="other"
        )
    assert of(imported, "Habits")


def test_the_rows_are_what_the_text_says_afterwards(imported, ada):
    remove(imported, ada, "Technologies", to="Practices")
    receipt = importer.store(imported, assembly.text(imported))
    assert (receipt.kept, receipt.changed, receipt.withdrawn) == (5, 0, 0)


def test_the_commit_names_the_section_and_its_notes(imported, ada):
    remove(imported, ada, "Technologies", to="Highlights")
    assert rebuild.message(list(imported.events.order_by("id"))) == (
        "Move 2, remove 1 notes and sections\n\n"
        "- Move “Django” in Highlights\n"
        "- Move “Celery” in Highlights\n"
        "- Remove section “Technologies”"
    )
