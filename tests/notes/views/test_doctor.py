"""The README doctor's pages: findings, a repair that is shown first, the checklist."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from notes import services
from notes.models import Event, EventKind, Hub, Note
from notes.readme import assembly, importer, rebuild

README = """\
# Hub

- [Tools](#tools)

## 🛠 Tools

✅ **Celery**: tasks
✅ **Redis**: cache

## [Project Name]

## Challenges

```
never closed
"""
DOCTOR = "/h/nexus/doctor/"


@pytest.fixture
def imported(hub: Hub) -> Hub:
    importer.store(hub, README)
    return hub


def rendered(hub: Hub) -> str:
    return assembly.text(hub)


def page(client: Client, address: str = DOCTOR) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def repair_address(html: str, name: str) -> str:
    found = re.search(f'href="([^"]+)">{re.escape(name)}', html)
    assert found, html
    return found[1]


def seen_in(html: str) -> str:
    found = re.search('name="seen" value="([^"]+)"', html)
    assert found
    return found[1]


def test_the_findings_are_listed_with_their_lines(maintainer, imported):
    html = page(maintainer)
    assert "From line 14 on your README shows as code" in html
    assert "Lines 7 to 8 look like a list" in html
    assert "The link “Tools” leads to #tools" in html
    assert "“[Project Name]” still waits" in html
    assert "This needs a person." not in html
    assert "The section “Key Technologies”" not in html
    assert "The section “Best Practices” of the checklist is not there and can" in html


def test_a_healthy_readme_is_called_so(maintainer, hub):
    html = page(maintainer)
    assert "The README is in good health" in html


def test_a_repair_shows_its_difference_and_changes_nothing_yet(maintainer, imported):
    address = repair_address(page(maintainer), "Make it a list")
    html = page(maintainer, address)
    assert "<del>✅ **Celery**: tasks</del>" in html
    assert "<ins>- ✅ **Celery**: tasks</ins>" in html
    assert rendered(imported) == README
    assert not Event.objects.exists()


def test_a_repair_is_a_change_like_any_other(maintainer, imported, ada):
    celery = imported.notes.get(title__endswith="Celery")
    address = repair_address(page(maintainer), "Make it a list")
    response = maintainer.post(address, {"seen": seen_in(page(maintainer, address))})
    assert (response.status_code, response.url) == (303, DOCTOR)
    assert rendered(imported) == README.replace("✅ **", "- ✅ **")
    event = imported.events.get()
    assert (event.kind, event.actor) == (EventKind.README_IMPORTED, ada)
    assert event.data["repaired"] == "list that runs together"
    celery.refresh_from_db()
    assert celery.state == Note.State.PUBLISHED
    assert not imported.notes.filter(state=Note.State.WITHDRAWN).exists()
    assert rebuild.message([event]) == (
        "Repair the README (list that runs together): Make it a list"
    )


def test_a_readme_that_changed_meanwhile_is_examined_again(maintainer, imported, grace):
    address = repair_address(page(maintainer), "Make it a list")
    seen = seen_in(page(maintainer, address))
    section = imported.sections.get(title="Challenges")
    text = services.NoteText(section=section, title="New")
    services.submit_note(hub=imported, author=grace, text=text)
    response = maintainer.post(address, {"seen": seen}, follow=True)
    assert "The README has changed since" in response.content.decode()
    assert "- ✅" not in rendered(imported)
    assert not imported.events.filter(kind=EventKind.README_IMPORTED).exists()


def test_a_repair_that_is_no_more_leads_back_to_the_findings(maintainer, imported):
    response = maintainer.get(f"{DOCTOR}99-abc/0/", follow=True)
    assert "The README has changed since" in response.content.decode()


def test_notes_on_their_way_into_the_readme_are_examined_too(
    maintainer, imported, grace
):
    section = imported.sections.get(title__endswith="Tools")
    text = services.NoteText(section=section, title="Kafka", body="[Your Link]")
    services.submit_note(hub=imported, author=grace, text=text)
    assert "“[Your Link]” still waits" in page(maintainer)


def test_the_checklist_says_what_is_missing(maintainer, imported, ada):
    data = {"titles": " Field  Trips \r\n\r\nTools\r\nTools\r\n"}
    html = maintainer.post(f"{DOCTOR}checklist/", data, follow=True).content.decode()
    assert "The section “Field Trips” of the checklist is not there" in html
    assert "“Best Practices”" not in html
    imported.refresh_from_db()
    assert imported.checklist == ["Field Trips", "Tools"]
    assert imported.events.get().kind == EventKind.CHECKLIST_CHANGED


def test_an_empty_checklist_wants_nothing(maintainer, imported):
    maintainer.post(f"{DOCTOR}checklist/", {"titles": ""})
    assert "of the checklist is not there" not in page(maintainer)


def test_a_missing_section_is_added_by_its_repair(maintainer, hub):
    importer.store(hub, "# Hub\n\n## Tools\n\n- a\n")
    address = repair_address(page(maintainer), "Add it at the end")
    maintainer.post(address, {"seen": seen_in(page(maintainer, address))})
    assert rendered(hub).startswith("# Hub\n\n## Tools\n\n- a\n\n## Backend Concepts\n")


@pytest.mark.parametrize("path", ["", "checklist/", "1-a/0/"])
def test_the_doctor_is_for_maintainers(learner, imported, path):
    send = learner.get if not path else learner.post
    assert send(f"{DOCTOR}{path}").status_code == 403
    assert rendered(imported) == README


def test_a_placeholder_is_filled_in_after_a_look_at_what_changes(maintainer, imported):
    address = repair_address(page(maintainer), "Fill it in")
    html = page(maintainer, address)
    assert "What shall stand there?" in html
    assert "What changes" not in html
    html = page(maintainer, f"{address}?words=Bus+booking")
    assert "<ins>## Bus booking</ins>" in html
    answer = {"seen": seen_in(html), "words": "Bus booking"}
    assert maintainer.post(address, answer).status_code == 303
    assert rendered(imported) == README.replace("[Project Name]", "Bus booking")


def test_a_repair_that_asks_is_not_done_without_an_answer(maintainer, imported):
    address = repair_address(page(maintainer), "Fill it in")
    seen = seen_in(page(maintainer, f"{address}?words=x"))
    html = maintainer.post(address, {"seen": seen, "words": " "}).content.decode()
    assert "Type what shall stand there." in html
    assert rendered(imported) == README
