"""Importing a README through the pages: look first, then confirm."""

from __future__ import annotations

import random
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from notes import services
from notes.models import EventKind, Hub, Note
from notes.readme import assembly
from notes.readme.importer import LARGEST_BYTES

README = (
    "# Hub\n\n## Key Technologies\n\n- **Celery** - runs tasks\n- **Redis** - caches\n"
)
IMPORT = "/h/nexus/import/"


def upload(client: Client, data: bytes) -> str:
    file = SimpleUploadedFile("README.md", data)
    return client.post(IMPORT, {"file": file}).content.decode()


def paste(client: Client, text: str) -> str:
    return client.post(IMPORT, {"text": text}).content.decode()


def draft_in(html: str) -> str:
    found = re.search('name="draft" value="([^"]+)"', html)
    assert found
    return found[1]


def confirm(client: Client, html: str):
    return client.post(IMPORT, {"draft": draft_in(html)})


def bytes_of(hub: Hub) -> bytes:
    return b"".join(assembly.chunks(hub))


def test_before_anything_changes_it_is_shown_what_becomes_of_it(maintainer, hub):
    html = paste(maintainer, README)
    assert "2 items in, 2 out" in html
    assert "<li>2 new</li>" in html
    assert "Celery" in html
    assert '<span class="tag">technology</span>' in html
    assert not hub.notes.exists()
    assert not hub.events.exists()


def test_confirming_imports_it_and_gives_the_receipt(maintainer, hub):
    html = confirm(maintainer, paste(maintainer, README)).content.decode()
    assert "2 items in, 2 out" in html
    assert hub.notes.filter(title="Celery").exists()
    assert hub.events.get().kind == EventKind.README_IMPORTED


@pytest.mark.parametrize(
    "data",
    [
        README.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf# Mixed\r\n\n- a\r- b\n\n\n   ",
        "# \u2028 odd\x0c\x1b\x85 \U0001f600\n- </textarea> &amp; &#13;\n".encode(),
        b"no end of line",
    ],
)
def test_an_uploaded_file_keeps_its_exact_bytes(maintainer, hub, data):
    confirm(maintainer, upload(maintainer, data))
    assert bytes_of(hub) == data


def test_pasted_text_has_unix_line_ends_though_browsers_send_others(maintainer, hub):
    confirm(maintainer, paste(maintainer, README.replace("\n", "\r\n")))
    assert bytes_of(hub) == README.encode()


@pytest.mark.parametrize("alphabet", ["0123456789abcdef+/", "学習記録黒板", "😀🚀🧪✨"])
def test_the_largest_readme_survives_the_way_through_the_page(
    maintainer, hub, alphabet
):
    chance = random.Random(3)
    words = "".join(chance.choices(alphabet, k=LARGEST_BYTES))
    data = f"# Hub\n\n- {words}".encode()[: LARGEST_BYTES - 4]
    data = data.decode(errors="ignore").encode()
    assert confirm(maintainer, upload(maintainer, data)).status_code == 200
    assert bytes_of(hub) == data


def test_what_is_kept_new_changed_and_withdrawn_is_told(maintainer, hub):
    confirm(maintainer, paste(maintainer, README + "- **Kafka** - streams\n"))
    text = README.replace("caches", "caches pages") + "- **Docker** - images\n"
    html = paste(maintainer, text)
    assert "<li>1 new</li>" in html
    assert "2 here already" in html
    assert "1 of them with another text" in html
    assert "1 not in the file" in html
    kafka = hub.notes.get(title="Kafka")
    assert f'<a href="{kafka.get_absolute_url()}">Kafka</a>' in html
    assert kafka.state == Note.State.PUBLISHED


def test_a_hub_that_changed_meanwhile_is_looked_at_again(
    maintainer, hub, section, grace
):
    html = paste(maintainer, README)
    text = services.NoteText(section=section, title="Kafka")
    services.submit_note(hub=hub, author=grace, text=text)
    again = confirm(maintainer, html).content.decode()
    assert "The hub has changed" in again
    assert not hub.notes.filter(title="Celery").exists()
    confirm(maintainer, again)
    assert hub.notes.filter(title="Celery").exists()


def test_a_damaged_draft_is_refused_in_a_sentence(maintainer, hub):
    response = maintainer.post(IMPORT, {"draft": "nonsense"})
    assert response.status_code == 422
    assert "choose the file again" in response.content.decode()


def test_a_draft_of_another_hub_is_refused(maintainer, hub, ada):
    services.create_hub(slug="other", title="Other", maintainer=ada)
    html = paste(maintainer, README)
    response = maintainer.post("/h/other/import/", {"draft": draft_in(html)})
    assert response.status_code == 422


def test_a_readme_without_a_heading_is_refused_while_notes_wait_for_one(
    maintainer, hub, section, grace
):
    text = services.NoteText(section=section, title="Kafka")
    services.submit_note(hub=hub, author=grace, text=text)
    response = confirm(maintainer, paste(maintainer, "only words"))
    assert response.status_code == 422
    assert "add a heading" in response.content.decode()


def test_a_refused_file_changes_nothing_and_says_why_in_a_sentence(maintainer, hub):
    file = SimpleUploadedFile("README.md", b"\x89PNG\0")
    response = maintainer.post(IMPORT, {"file": file})
    assert response.status_code == 422
    assert "The file is binary" in response.content.decode()
    assert not hub.notes.exists()


def test_a_refused_import_keeps_what_was_pasted(maintainer, hub):
    file = SimpleUploadedFile("README.md", b"# x")
    response = maintainer.post(IMPORT, {"text": "# My <hub>", "file": file})
    assert "# My &lt;hub&gt;" in response.content.decode()


def test_a_long_section_shows_its_first_notes_only(maintainer, hub):
    items = "".join(f"- note {n}\n" for n in range(150))
    html = paste(maintainer, f"# A\n\n{items}")
    assert "note 99" in html
    assert "note 100\n" not in html
    assert "and 50 more" in html


def test_a_learner_imports_nothing(learner, hub):
    assert learner.post(IMPORT, {"text": README}).status_code == 403
    assert not hub.notes.exists()


@pytest.mark.parametrize("has_csrf_checks", [False, True])
def test_what_is_far_too_large_to_read_is_told_in_a_sentence(hub, ada, has_csrf_checks):
    client = Client(enforce_csrf_checks=has_csrf_checks)
    client.force_login(ada)
    response = client.post(IMPORT, {"text": "x" * 3_000_000})
    assert response.status_code == 400
    assert "may have up to a million bytes" in response.content.decode()
