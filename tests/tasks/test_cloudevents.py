"""Events as outside consumers get them."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from django.contrib.auth.models import User

from notes import services
from notes.models import Event, EventKind, Hub
from tasks import cloudevents

SOURCE = "https://nexus.example.org"
pytestmark = pytest.mark.django_db


@pytest.fixture
def event(hub: Hub, learner: User) -> Event:
    text = services.NoteText(section=hub.sections.all()[1], title="Größe", body="Text.")
    services.submit_note(hub=hub, author=learner, text=text)
    return Event.objects.get(kind=EventKind.NOTE_SUBMITTED)


def test_an_event_carries_what_cloudevents_asks_for(event: Event) -> None:
    sent = json.loads(cloudevents.encode(event, source=SOURCE))
    assert sent["specversion"] == "1.0"
    assert sent["id"] == str(event.pk)
    assert sent["source"] == SOURCE
    assert sent["type"] == "note.submitted"
    assert sent["datacontenttype"] == "application/json"
    assert datetime.fromisoformat(sent["time"]) == event.recorded_at


def test_its_subject_is_the_address_of_the_page_it_is_about(event: Event) -> None:
    sent = cloudevents.envelope(event, source=SOURCE)
    assert event.note is not None
    assert sent["subject"] == event.note.get_absolute_url()


def test_its_data_names_things_by_id_and_holds_nothing_that_people_wrote(
    event: Event,
) -> None:
    sent = cloudevents.encode(event, source=SOURCE).decode()
    assert json.loads(sent)["data"] == {"hub": "first", "note": event.note_id}
    assert "Größe" not in sent
    assert "ada" not in sent


def test_what_the_event_recorded_beside_them_goes_along(hub: Hub) -> None:
    event = Event.objects.create(
        kind=EventKind.README_PUBLISHED, hub=hub, data={"commit": "3f2c1ab"}
    )
    sent = cloudevents.envelope(event, source=SOURCE)
    assert sent["subject"] == "/h/first/"
    assert sent["data"] == {"hub": "first", "note": None, "commit": "3f2c1ab"}


def test_an_event_of_no_hub_is_about_the_whole_installation() -> None:
    event = Event.objects.create(kind=EventKind.HOUSEKEEPING_FELL_DUE)
    sent = cloudevents.envelope(event, source=SOURCE)
    assert (sent["subject"], sent["data"]["hub"]) == ("/", None)
