"""Moving notes and keeping sections: each change is one small difference."""

from __future__ import annotations

import difflib

import pytest

from notes import services, structure
from notes.models import EventKind, Hub, Note, Section
from notes.readme import assembly, importer, publisher, rebuild
from notes.readme.blocks import BlockKind, read_blocks
from notes.readme.lines import split_lines
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

### Habits

Text only.

## Highlights

- Shipped"""


@pytest.fixture
def imported(hub: Hub) -> Hub:
    importer.store(hub, README)
    return hub


def rendered(hub: Hub) -> str:
    return assembly.text(hub)


def changes(hub: Hub) -> list[str]:
    diff = difflib.unified_diff(README.split("\n"), rendered(hub).split("\n"), n=0)
    return [line for line in list(diff)[2:] if not line.startswith("@@")]


def of(hub: Hub, title: str) -> Section:
    return hub.sections.get(title=title)


def titles(hub: Hub) -> list[str]:
    return [section.title for section in hub.sections.all()]


def last_event(hub: Hub) -> tuple[str, dict[str, object]]:
    event = hub.events.last()
    return event.kind, event.data


def test_a_note_moves_down_and_the_numbers_stay_in_order(imported, ada):
    django = imported.notes.get(title="Django")
    assert structure.shift_note(note=django, editor=ada, by=1)
    assert "1. **Celery** – tasks\n2. **Django** – pages\n3." in rendered(imported)
    assert len(changes(imported)) == 4
    event = imported.events.last()
    assert (event.kind, event.note, event.actor) == (EventKind.NOTE_MOVED, django, ada)


def test_a_note_that_moves_up_and_down_again_leaves_no_trace(imported, ada):
    review = imported.notes.get(title="Review")
    structure.shift_note(note=review, editor=ada, by=-1)
    assert sorted(changes(imported)) == ["+* Review", "-* Review"]
    structure.shift_note(note=review, editor=ada, by=1)
    assert rendered(imported) == README


def test_the_first_note_does_not_move_up(imported, ada):
    django = imported.notes.get(title="Django")
    assert not structure.shift_note(note=django, editor=ada, by=-1)
    assert not imported.events.exists()


def test_moving_asks_for_a_rebuild_and_the_note_knows_which(imported, ada):
    django = imported.notes.get(title="Django")
    structure.shift_note(note=django, editor=ada, by=1)
    django.refresh_from_db()
    imported.readme.refresh_from_db()
    assert django.readme_version == imported.readme.requested == 1


def test_a_note_moves_to_another_section_in_its_manner(imported, ada):
    celery = imported.notes.get(title="Celery")
    assert structure.move_note(note=celery, editor=ada, to=of(imported, "Practices"))
    assert changes(imported) == [
        "-2. **Celery** – tasks",
        "-3. **Redis** – cache",
        "+2. **Redis** – cache",
        "+* Celery: tasks",
    ]
    celery.refresh_from_db()
    assert celery.section == celery.placed_in == of(imported, "Practices")


def test_a_note_moves_to_a_section_without_notes(imported, ada):
    review = imported.notes.get(title="Review")
    structure.move_note(note=review, editor=ada, to=of(imported, "Habits"))
    assert changes(imported) == ["-* Review", "+* Review", "+"]


def test_a_note_that_waits_for_the_rebuild_is_moved_with_its_newest_text(imported, ada):
    django = imported.notes.get(title="Django")
    text = NoteText(section=django.section, title="Django", body="new words")
    services.edit_note(note=django, editor=ada, text=text)
    structure.shift_note(note=django, editor=ada, by=1)
    assert "2. **Django** – new words\n" in rendered(imported)
    assert assembly.place_notes(imported) == 0


def test_a_withdrawn_note_has_no_place_to_move_from(imported, ada):
    note = imported.notes.get(title="Django")
    services.withdraw_note(note=note, editor=ada)
    with pytest.raises(structure.NotInReadmeError, match="publish it again"):
        structure.shift_note(note=note, editor=ada, by=1)


def test_moving_writes_few_rows_of_a_long_section(hub, ada):
    importer.store(hub, "## A\n\n" + "".join(f"- note {n}\n" for n in range(60)))
    before = dict(hub.notes.values_list("pk", "position"))
    structure.shift_note(note=hub.notes.get(title="note 30"), editor=ada, by=-1)
    after = dict(hub.notes.values_list("pk", "position"))
    assert sum(before[pk] != after[pk] for pk in before) == 2


def test_a_section_moves_up_with_what_is_under_it(imported, ada):
    practices = of(imported, "Practices")
    assert structure.shift_section(section=practices, editor=ada, is_up=True)
    assert titles(imported) == [
        *("What we learnt", "Practices", "Habits", "Technologies", "Highlights"),
    ]
    kept = sorted(line for line in README.split("\n") if line)
    assert sorted(line for line in rendered(imported).split("\n") if line) == kept
    assert last_event(imported) == (EventKind.SECTION_MOVED, {"title": "Practices"})
    structure.shift_section(section=practices, editor=ada, is_up=False)
    assert rendered(imported) == README


def test_the_last_section_stays_the_last(imported, ada):
    section = of(imported, "Highlights")
    assert not structure.shift_section(section=section, editor=ada, is_up=False)
    assert rendered(imported) == README


def test_a_new_section_comes_after_all_that_is_under_the_one_before(imported, ada):
    practices = of(imported, "Practices")
    new = structure.add_section(
        hub=imported, after=practices, editor=ada, title="Next Steps"
    )
    assert changes(imported) == ["+## Next Steps", "+"]
    assert titles(imported)[-2:] == ["Next Steps", "Highlights"]
    assert new.kind == "next_step"
    assert last_event(imported) == (EventKind.SECTION_ADDED, {"title": "Next Steps"})


def test_a_section_at_the_end_ends_the_text_it_follows(imported, ada):
    last = of(imported, "Highlights")
    structure.add_section(hub=imported, after=last, editor=ada, title="Thanks")
    assert rendered(imported).startswith(f"{README}\n\n## Thanks\n")


def test_a_readme_without_sections_gets_its_first(hub, ada):
    importer.store(hub, "Only words.")
    structure.add_section(hub=hub, after=None, editor=ada, title="Tools")
    assert rendered(hub) == "Only words.\n\n## Tools\n\n"


def test_a_section_is_renamed_and_nothing_else_changes(imported, ada):
    practices = of(imported, "Practices")
    structure.rename_section(section=practices, editor=ada, title="Best `Practices`")
    assert [line[0] for line in changes(imported)] == ["-", "+"]
    event = (EventKind.SECTION_RENAMED, "Best `Practices`", "Practices")
    kind, data = last_event(imported)
    assert (kind, data["title"], data["former_title"]) == event
    assert imported.notes.get(title="Review").section == practices


def test_the_same_title_changes_nothing(imported, ada):
    practices = of(imported, "Practices")
    assert not structure.rename_section(
        section=practices, editor=ada, title="Practices"
    )
    assert not imported.events.exists()


def test_notes_without_a_heading_have_no_name_to_change(hub, ada):
    importer.store(hub, "- a\n- b\n")
    with pytest.raises(structure.SectionRefusedError, match="no heading"):
        structure.rename_section(
            section=hub.sections.get(), editor=ada, title="Practices"
        )


def test_a_heading_that_would_not_be_one_is_refused_and_nothing_changes(hub, ada):
    text = "## A\n\n```\nnever closed\n"
    importer.store(hub, text)
    with pytest.raises(structure.SectionRefusedError, match="code block"):
        structure.add_section(hub=hub, after=of(hub, "A"), editor=ada, title="B")
    assert rendered(hub) == text
    assert titles(hub) == ["A"]


def test_the_rows_are_what_the_text_says_after_every_change(imported, ada):
    structure.shift_section(
        section=of(imported, "Technologies"), editor=ada, is_up=False
    )
    structure.move_note(
        note=imported.notes.get(title="Shipped"),
        editor=ada,
        to=of(imported, "Technologies"),
    )
    text = rendered(imported)
    count = Note.objects.count()
    receipt = importer.store(imported, text)
    assert (receipt.kept, receipt.changed, receipt.withdrawn) == (count, 0, 0)
    found = read_blocks(text, split_lines(text))
    assert sum(block.kind is BlockKind.HEADING for block in found) == 5


def test_the_commit_says_what_was_arranged(imported, ada):
    practices = of(imported, "Practices")
    structure.shift_note(note=imported.notes.get(title="Django"), editor=ada, by=1)
    structure.shift_section(section=practices, editor=ada, is_up=True)
    structure.rename_section(section=practices, editor=ada, title="Habits of ours")
    structure.add_section(hub=imported, after=practices, editor=ada, title="Thanks")
    events = list(imported.events.order_by("id"))
    assert rebuild.message(events).split("\n") == [
        "Move 2, rename 1, add 1 notes and sections",
        "",
        "- Move “Django” in Technologies",
        "- Move section “Practices”",
        "- Rename section “Practices” to “Habits of ours”",
        "- Add section “Thanks”",
    ]
    build = rebuild.build(imported, because_of=imported.events.all())
    repository = rebuild.repository_of(imported)
    assert publisher.read_readme(repository, revision=build.commit) == (
        rendered(imported).encode()
    )
