"""The order of a README through the pages: notes up and down, sections kept."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notes import services, structure
from notes.models import EventKind, Hub, Note, Section
from notes.readme import assembly, importer

README = """\
# What we learnt

## Technologies

- **Django** – pages
- **Celery** – tasks

## Practices

* Test first
"""
HUB = "/h/nexus/"
SECTIONS = "/h/nexus/sections/"


@pytest.fixture
def imported(hub: Hub) -> Hub:
    importer.store(hub, README)
    return hub


def rendered(hub: Hub) -> str:
    return assembly.text(hub)


def of(hub: Hub, title: str) -> Section:
    return hub.sections.get(title=title)


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_a_button_moves_a_note_and_leads_back_to_it(maintainer, imported):
    note = imported.notes.get(title="Celery")
    address = f"{note.get_absolute_url()}move/"
    assert f'formaction="{address}"' in page(maintainer, HUB)
    response = maintainer.post(address, {"way": "up"})
    assert (response.status_code, response.url) == (303, f"{HUB}#note-{note.pk}")
    text = rendered(imported)
    assert text.index("Celery") < text.index("Django")
    html = page(maintainer, HUB)
    assert html.index("Celery") < html.index("Django")


def test_a_note_is_moved_to_another_section_from_its_page(maintainer, imported):
    note = imported.notes.get(title="Celery")
    practices = of(imported, "Practices")
    html = page(maintainer, note.get_absolute_url())
    assert f'<option value="{practices.pk}"' in html
    address = f"{note.get_absolute_url()}move/"
    response = maintainer.post(address, {"section": practices.pk})
    assert response.url == note.get_absolute_url()
    assert "* Celery: tasks" in rendered(imported)
    assert note.events.get().kind == EventKind.NOTE_MOVED


def test_only_who_may_change_a_note_may_move_it(learner, imported):
    note = imported.notes.get(title="Celery")
    assert learner.post(f"{note.get_absolute_url()}move/").status_code == 403
    assert 'aria-label="Move up' not in page(learner, HUB)
    assert Client().post(f"{note.get_absolute_url()}move/").status_code == 403
    assert rendered(imported) == README


def test_a_learner_moves_a_note_of_their_own(learner, note):
    assert 'aria-label="Move up' in page(learner, HUB)
    response = learner.post(f"{note.get_absolute_url()}move/", {"way": "down"})
    assert response.status_code == 303


def test_a_withdrawn_note_says_why_it_does_not_move(learner, note):
    services.withdraw_note(note=note, editor=note.author)
    response = learner.post(
        f"{note.get_absolute_url()}move/", {"way": "up"}, follow=True
    )
    assert "publish it again" in response.content.decode()


def test_the_maintainer_renames_a_section(maintainer, imported):
    section = of(imported, "Practices")
    response = maintainer.post(
        f"{SECTIONS}{section.pk}/rename/", {"title": "Best\nHabits"}, follow=True
    )
    assert "called “Best Habits” now" in response.content.decode()
    assert rendered(imported) == README.replace("## Practices", "## Best Habits")


def test_a_section_needs_a_title(maintainer, imported):
    section = of(imported, "Practices")
    response = maintainer.post(
        f"{SECTIONS}{section.pk}/rename/", {"title": " "}, follow=True
    )
    assert "Give the section a title" in response.content.decode()
    assert maintainer.post(f"{SECTIONS}add/", {"title": ""}).status_code == 422
    assert rendered(imported) == README


def test_the_maintainer_moves_a_section(maintainer, imported):
    section = of(imported, "Practices")
    html = page(maintainer, SECTIONS)
    assert 'aria-label="Move up: Practices"' in html
    assert 'aria-label="Move down: Practices"' not in html
    response = maintainer.post(f"{SECTIONS}{section.pk}/move/", {"way": "up"})
    assert response.url == f"{SECTIONS}#section-{section.pk}"
    text = rendered(imported)
    assert text.index("## Practices") < text.index("## Technologies")


def test_the_maintainer_adds_a_section(maintainer, imported):
    data = {"title": "Highlights", "after": of(imported, "Technologies").pk}
    html = maintainer.post(f"{SECTIONS}add/", data, follow=True).content.decode()
    assert "“Highlights” is a section now" in html
    assert "tasks\n\n## Highlights\n\n## Practices" in rendered(imported)


def test_what_cannot_be_is_said_and_what_was_typed_stays(maintainer, hub):
    importer.store(hub, "## A\n\n```\nopen\n")
    data = {"title": "Highlights", "after": of(hub, "A").pk}
    response = maintainer.post(f"{SECTIONS}add/", data)
    html = response.content.decode()
    assert response.status_code == 422
    assert "Nothing was changed" in html
    assert 'value="Highlights"' in html


@pytest.mark.parametrize("path", ["", "add/", "{}/rename/", "{}/move/"])
def test_sections_are_for_maintainers(learner, imported, path):
    address = SECTIONS + path.format(of(imported, "Practices").pk)
    send = learner.post if path else learner.get
    assert send(address, {"title": "x", "way": "up"}).status_code == 403
    assert rendered(imported) == README


def test_a_hub_page_shows_the_first_notes_of_a_long_section(client, hub):
    items = "".join(f"- item {n}.\n" for n in range(120))
    importer.store(hub, f"# R\n\n## Long\n\n{items}")
    html = page(client, HUB)
    assert "item 49." in html
    assert "item 50." not in html
    assert "All 120 notes of Long" in html
    address = f"{SECTIONS}{of(hub, 'Long').pk}/"
    last = page(client, f"{address}?page=3")
    assert "item 119." in last
    assert "item 99." not in last
    assert "page 3 of 3" in last


def test_moving_a_note_of_a_later_page_leads_back_to_that_page(maintainer, hub):
    items = "".join(f"- item {n}.\n" for n in range(60))
    importer.store(hub, f"# R\n\n## Long\n\n{items}")
    note = hub.notes.get(title__startswith="item 55")
    response = maintainer.post(f"{note.get_absolute_url()}move/", {"way": "up"})
    section = of(hub, "Long")
    assert response.url == f"{SECTIONS}{section.pk}/?page=2#note-{note.pk}"


def test_a_note_on_its_way_into_the_readme_stands_at_the_end(client, imported, grace):
    text = services.NoteText(section=of(imported, "Technologies"), title="Zebra")
    services.submit_note(hub=imported, author=grace, text=text)
    html = page(client, HUB)
    assert html.index("Celery") < html.index("Zebra")


def test_a_hub_page_costs_as_many_queries_with_one_section_as_with_ten(client, hub):
    def queries(sections: int) -> int:
        importer.store(
            hub, "".join(f"## S{n}\n\n- a\n- b\n\n" for n in range(sections))
        )
        with CaptureQueriesContext(connection) as captured:
            page(client, HUB)
        return len(captured)

    assert queries(1) == queries(10)


def test_a_section_of_another_hub_is_not_found(client, imported):
    services.create_hub(slug="other", title="Other")
    pk = of(imported, "Practices").pk
    assert client.get(f"/h/other/sections/{pk}/").status_code == 404


def test_a_withdrawn_note_is_on_no_page_of_its_section(client, imported, ada):
    note: Note = imported.notes.get(title="Celery")
    services.withdraw_note(note=note, editor=ada)
    address = f"{SECTIONS}{note.section_id}/"
    assert "Celery" not in page(client, address)
    assert "Celery" not in page(client, HUB)


def removal_of(hub: Hub, title: str) -> str:
    return f"{SECTIONS}{of(hub, title).pk}/remove/"


def seen_in(html: str) -> str:
    found = re.search('name="seen" value="([^"]+)"', html)
    assert found
    return found[1]


def test_a_section_is_removed_after_a_look_at_what_becomes_of_its_notes(
    maintainer, imported
):
    address = removal_of(imported, "Technologies")
    assert f'href="{address}"' in page(maintainer, SECTIONS)
    html = page(maintainer, address)
    assert "What becomes of its 2 notes?" in html
    assert "What changes" not in html
    to = of(imported, "Practices").pk
    html = page(maintainer, f"{address}?notes={to}")
    assert "<del>## Technologies</del>" in html
    response = maintainer.post(address, {"notes": to, "seen": seen_in(html)})
    assert (response.status_code, response.url) == (303, SECTIONS)
    assert not imported.sections.filter(title="Technologies").exists()
    assert imported.notes.get(title="Celery").section_id == to
    assert "“Technologies” is gone" in page(maintainer, SECTIONS)


def test_an_empty_section_asks_nothing_and_shows_what_goes(maintainer, imported, ada):
    structure.add_section(
        hub=imported, after=of(imported, "Practices"), editor=ada, title="Thanks"
    )
    address = removal_of(imported, "Thanks")
    html = page(maintainer, address)
    assert "It has no notes" in html
    maintainer.post(address, {"seen": seen_in(html)})
    assert rendered(imported) == README + "\n"


def test_nobody_removes_notes_without_saying_what_becomes_of_them(maintainer, imported):
    address = removal_of(imported, "Technologies")
    seen = seen_in(page(maintainer, f"{address}?notes=withdraw"))
    html = maintainer.post(address, {"seen": seen}).content.decode()
    assert "Say what becomes of the notes." in html
    assert rendered(imported) == README


def test_a_section_that_cannot_go_says_why_on_the_list(maintainer, imported):
    response = maintainer.get(removal_of(imported, "What we learnt"), follow=True)
    assert "remove those first" in response.content.decode()


def test_only_a_maintainer_removes_sections(client, imported, django_user_model):
    address = removal_of(imported, "Practices")
    assert client.get(address).status_code == 302
    client.force_login(django_user_model.objects.create_user("bob"))
    assert client.get(address).status_code == 403
    assert client.post(address, {"notes": "withdraw"}).status_code == 403
    assert rendered(imported) == README
