"""What the README will get, shown before a note is sent."""

from __future__ import annotations

import re
from html import unescape

import pytest

from notes import services
from notes.models import Event, Hub, Note, Section
from notes.readme import assembly

README = """\
# What we learnt

## Technologies

1. **Django** – pages
2. **Celery** – tasks
3. **Redis** – cache

## Practices

* Test first
"""
NEW = "/h/nexus/notes/new/preview/"


@pytest.fixture
def imported(hub: Hub) -> Hub:
    services.import_readme(hub=hub, text=README)
    return hub


def section(hub: Hub, title: str) -> Section:
    return hub.sections.get(title=title)


def typed(hub: Hub, title: str = "Docker", **changes: object) -> dict[str, object]:
    place = section(hub, "Technologies").pk
    return {"section": place, "title": title, "body": "images", **changes}


def shown(html: str) -> tuple[list[str], list[str]]:
    """The removed and the added lines of a page."""
    found = (re.findall(f"<{tag}>(.*?)</{tag}>", html) for tag in ("del", "ins"))
    removed, added = ([unescape(line) for line in lines] for lines in found)
    return removed, added


def lines_of(hub: Hub) -> set[str]:
    return set(assembly.text(hub).splitlines())


def test_a_new_note_is_shown_as_the_line_that_it_becomes(learner, imported):
    response = learner.post(NEW, typed(imported), headers={"HX-Request": "true"})
    html = response.content.decode()
    assert shown(html) == ([], ["4. **Docker** – images"])
    assert "<html" not in html


def test_without_a_script_the_preview_is_a_page_with_the_form(learner, imported):
    html = learner.post(NEW, typed(imported)).content.decode()
    assert shown(html) == ([], ["4. **Docker** – images"])
    assert 'value="Docker"' in html
    assert 'action="/h/nexus/notes/new/"' in html


def test_looking_changes_nothing(learner, imported):
    before = (Event.objects.count(), Note.objects.count(), lines_of(imported))
    learner.post(NEW, typed(imported))
    assert (Event.objects.count(), Note.objects.count(), lines_of(imported)) == before


@pytest.mark.parametrize(
    ("title", "changes"),
    [
        ("Celery", {"body": "queues"}),
        ("Django", {"body": "- one\n- two"}),
        ("Redis", {"title": "Valkey"}),
        ("Redis", {"section": "Practices"}),
    ],
)
def test_an_edit_gets_the_very_lines_that_were_shown(
    maintainer, imported, title, changes
):
    note = imported.notes.get(title=title)
    if "section" in changes:
        changes = {"section": section(imported, "Practices").pk}
    data = typed(imported, title, body=note.body) | changes
    edit = f"{note.get_absolute_url()}edit/"
    before = lines_of(imported)
    html = maintainer.post(f"{edit}preview/", data).content.decode()
    assert maintainer.post(edit, data).status_code == 303
    assembly.place_notes(imported)
    removed, added = shown(html)
    assert added
    assert set(removed) - set(added) == before - lines_of(imported)
    assert set(added) - set(removed) == lines_of(imported) - before


def test_notes_that_wait_for_the_rebuild_are_no_part_of_the_change(
    learner, imported, grace
):
    place = section(imported, "Technologies")
    text = services.NoteText(section=place, title="Kafka", body="streams")
    services.submit_note(hub=imported, author=grace, text=text)
    html = learner.post(NEW, typed(imported)).content.decode()
    assert shown(html) == ([], ["5. **Docker** – images"])
    assert "4. **Kafka** – streams" in html


def test_a_section_longer_than_the_window_keeps_its_beginning(learner, imported, grace):
    items = "".join(f"{n}. note {n}\n" for n in range(1, 61))
    services.import_readme(hub=imported, text=f"## Technologies\n\n{items}")
    html = learner.post(NEW, typed(imported)).content.decode()
    assert shown(html) == ([], ["61. Docker: images"])
    assert "Line 60" in html


def test_a_refused_note_says_why_instead(learner, imported):
    data = typed(imported, title="")
    response = learner.post(NEW, data, headers={"HX-Request": "true"})
    assert "Title: Give the note a title." in response.content.decode()
    assert learner.post(NEW, data).status_code == 422


def test_markup_in_a_preview_cannot_run(learner, imported):
    html = learner.post(NEW, typed(imported, body="<script>x()</script>"))
    assert "<script>x()" not in html.content.decode()


def test_others_may_not_look_at_what_they_may_not_write(client, stranger, imported):
    assert client.post(NEW, typed(imported)).status_code == 403
    client.force_login(stranger)
    assert client.post(NEW, typed(imported)).status_code == 403
    assert client.get(NEW).status_code == 405
