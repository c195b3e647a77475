from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.urls import reverse

from notes.models import Hub
from tests.notes.digests.weeks import WEEK, add_note, make_edition, make_hub

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def hub() -> Hub:
    return make_hub()


def feed(client: Client, slug: str = "backend") -> ET.Element:
    response = client.get(reverse("edition_feed", args=[slug]))
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ET.fromstring(response.content)


def test_the_feed_holds_each_digest_as_it_went_out(client: Client, hub: Hub) -> None:
    edition = make_edition(hub)
    root = feed(client)
    assert root.findtext(f"{ATOM}title") == "Weekly digests of Backend hub"
    (entry,) = root.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == edition.subject
    address = f"http://127.0.0.1:8000/h/backend/digests/{WEEK}/"
    assert entry.findtext(f"{ATOM}id") == address
    published = entry.findtext(f"{ATOM}published")
    assert published == edition.composed_at.isoformat()
    assert "Some text." in (entry.findtext(f"{ATOM}summary") or "")


def test_the_feed_of_one_hub_tells_nothing_of_another(client: Client, hub: Hub) -> None:
    make_edition(make_hub("other"))
    assert feed(client).findall(f"{ATOM}entry") == []


def test_characters_that_xml_cannot_write_do_not_break_the_feed(
    client: Client, hub: Hub
) -> None:
    add_note(hub, "Bell \x07 and form feed \x0c", body="Text \x1b[31m in red.")
    make_edition(hub)
    assert len(feed(client).findall(f"{ATOM}entry")) == 1


def test_there_is_no_feed_of_a_hub_that_does_not_exist(client: Client) -> None:
    assert client.get(reverse("edition_feed", args=["nowhere"])).status_code == 404


def test_the_archive_leads_to_its_feed(client: Client, hub: Hub) -> None:
    page = client.get(reverse("edition_list", args=[hub.slug])).content.decode()
    assert 'rel="alternate" type="application/atom+xml"' in page
    assert "/h/backend/digests.atom" in page
