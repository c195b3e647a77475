from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User

from notes import services
from notes.models import Event, EventKind, Hub, Note, Section
from notes.readme import assembly, importer
from notes.readme.importer import ImportRefusedError
from notes.services import NoteText
from tests.conftest import SHARED

README = """\
# What we learnt

Welcome.

## 🛠 Technologies

- **Django** – pages
- **Celery** – tasks

See also the wiki.

## Challenges

| Challenge | Solution |
|---|---|
| Slow pages | Caching |
"""
REAL_READMES = sorted([*SHARED.glob("seeds/*"), *SHARED.glob("corpus/*.md")])


def rendered(hub: Hub) -> str:
    return assembly.text(hub)


def test_a_readme_becomes_sections_and_notes(hub: Hub) -> None:
    receipt = importer.store(hub, README)

    assert (receipt.sections, receipt.notes) == (3, 3)
    titles = hub.notes.placed().values_list("placed_in__title", "title")
    assert ("🛠 Technologies", "Django") in titles
    row = hub.notes.get(section__kind="challenge")
    assert (row.problem, row.solution) == ("Slow pages", "Caching")
    assert rendered(hub) == README


def test_importing_again_keeps_every_note(hub: Hub) -> None:
    importer.store(hub, README)
    before = set(hub.notes.values_list("pk", flat=True))

    receipt = importer.store(hub, README)

    assert (receipt.kept, receipt.withdrawn) == (3, 0)
    assert set(hub.notes.values_list("pk", flat=True)) == before


def test_an_entry_that_moved_keeps_its_note(hub: Hub) -> None:
    importer.store(hub, README)
    django = hub.notes.get(title="Django")
    first, second = "- **Django** – pages\n", "- **Celery** – tasks\n"

    importer.store(hub, README.replace(first + second, second + first))

    django.refresh_from_db()
    assert django.position == 1


def test_a_note_that_the_file_lacks_is_withdrawn_with_its_text(hub: Hub) -> None:
    importer.store(hub, README)

    receipt = importer.store(hub, README.replace("- **Celery** – tasks\n", ""))

    celery = hub.notes.get(title="Celery")
    assert receipt.withdrawn == 1
    assert (celery.state, celery.body) == (Note.State.WITHDRAWN, "tasks")


def test_a_note_that_waits_for_its_rebuild_survives_an_import(
    hub: Hub, section: Section, ada: User
) -> None:
    text = NoteText(section=section, title="Redis", body="cache")
    note = services.submit_note(hub=hub, author=ada, text=text)

    importer.store(hub, README)
    assembly.place_notes(hub)

    note.refresh_from_db()
    assert note.section.title == "🛠 Technologies"
    assert "- **Celery** – tasks\n- **Redis** – cache\n" in rendered(hub)


def test_an_import_tells_of_itself(hub: Hub, ada: User) -> None:
    services.import_readme(hub=hub, text=README, actor=ada)

    event = Event.objects.get(kind=EventKind.README_IMPORTED)
    assert (event.hub, event.actor, event.data["notes"]) == (hub, ada, 3)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"a" * 1_000_001, "may have up to 1,000,000"),
        (b"PK\x03\x04\x00\x00", "binary"),
        ("naïve".encode("latin-1"), "not UTF-8 (byte 2)"),
    ],
)
def test_what_is_no_readme_is_refused_in_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(ImportRefusedError, match=".") as refusal:
        importer.decode(data)

    assert sentence in str(refusal.value)


@pytest.mark.parametrize("text", ["", "\ufeff# Title\r\n\r\n- a\r\n- b", "no heading"])
def test_odd_texts_come_back_byte_for_byte(hub: Hub, text: str) -> None:
    importer.store(hub, text)

    assert rendered(hub) == text


@pytest.mark.skipif(not REAL_READMES, reason="no ../shared with real READMEs here")
def test_every_real_readme_comes_back_byte_for_byte(db: None) -> None:
    for number, path in enumerate(REAL_READMES):
        assert_round_trip(f"hub-{number}", path)


def assert_round_trip(slug: str, path: Path) -> None:
    hub = services.create_hub(slug=slug, title=path.name)
    text = importer.decode(path.read_bytes())

    receipt = importer.store(hub, text)

    assert rendered(hub) == text, path.name
    assert importer.store(hub, text).kept == receipt.notes, path.name


def test_an_entry_with_another_text_keeps_its_note(hub: Hub) -> None:
    importer.store(hub, README)
    celery = hub.notes.get(title="Celery")

    receipt = importer.store(hub, README.replace("– tasks", "– tasks and queues"))

    celery.refresh_from_db()
    assert (celery.body, celery.state) == ("tasks and queues", Note.State.PUBLISHED)
    assert (receipt.kept, receipt.changed, receipt.withdrawn) == (3, 1, 0)


def test_an_entry_with_another_title_keeps_its_note_where_the_words_are_alike(
    hub: Hub,
) -> None:
    importer.store(hub, README)
    celery = hub.notes.get(title="Celery")

    importer.store(hub, README.replace("**Celery** – tasks", "**Celery 5** – tasks"))

    celery.refresh_from_db()
    assert celery.title == "Celery 5"


def test_another_entry_in_the_place_of_a_note_is_a_new_one(hub: Hub) -> None:
    importer.store(hub, README)
    new = README.replace("**Celery** – tasks", "Zoo: we went out for a long walk!")

    receipt = importer.store(hub, new)

    assert hub.notes.get(title="Celery").state == Note.State.WITHDRAWN
    assert (receipt.kept, receipt.changed, receipt.withdrawn) == (2, 0, 1)


def test_an_edit_that_waits_is_not_undone_by_an_import(hub: Hub, ada: User) -> None:
    importer.store(hub, README)
    celery = hub.notes.get(title="Celery")
    text = NoteText(section=celery.section, title="Celery", body="written just now")
    services.edit_note(note=celery, editor=ada, text=text)

    importer.store(hub, README.replace("– tasks", "– tasks and queues"))
    assembly.place_notes(hub)

    assert "- **Celery** – written just now\n" in rendered(hub)


def test_the_receipt_counts_links_once_each(hub: Hub) -> None:
    text = "- [a](https://a.example)\n- <https://a.example> https://b.example\n"

    assert importer.store(hub, text).links == 2
