"""The README's page, its bytes, and the import."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from notes.models import Event, EventKind, Hub
from notes.readme import rebuild

README = (
    "# Hub\n\n## Key Technologies\n\n- **Celery** - runs tasks\n- **Redis** - caches\n"
)
IMPORT = "/h/nexus/import/"


@pytest.fixture
def maintainer(client: Client, ada, hub: Hub) -> Client:
    client.force_login(ada)
    return client


def publish(hub: Hub) -> str:
    build = rebuild.build(hub, because_of=Event.objects.filter(hub=hub))
    with transaction.atomic():
        rebuild.record(build)
    return build.commit


@pytest.fixture
def published(maintainer: Client, hub: Hub) -> str:
    maintainer.post(IMPORT, {"text": README})
    return publish(hub)


def test_the_published_readme_is_shown_with_its_history(client, published):
    html = client.get("/h/nexus/readme/").content.decode()
    assert "<li><strong>Celery</strong> - runs tasks</li>" in html
    assert '<h3 id="text-key-technologies">' in html
    assert published[:7] in html
    assert "Import the README" in html
    assert "- **Celery** - runs tasks" in html


def test_the_readmes_own_bytes_are_given(client, published):
    response = client.get("/h/nexus/README.md")
    assert response.content == README.encode()
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_before_the_first_rebuild_there_is_nothing_to_show(client, hub):
    assert "Nothing is published yet" in client.get("/h/nexus/readme/").content.decode()
    assert client.get("/h/nexus/README.md").status_code == 404


def test_a_maintainer_pastes_a_readme_and_gets_a_receipt(maintainer, hub):
    html = maintainer.post(IMPORT, {"text": README}).content.decode()
    assert "2 items in, 2 out" in html
    assert hub.notes.filter(title="Celery").exists()
    assert hub.events.get().kind == EventKind.README_IMPORTED


def test_a_maintainer_uploads_a_readme(maintainer, hub):
    upload = SimpleUploadedFile("README.md", README.encode())
    html = maintainer.post(IMPORT, {"file": upload}).content.decode()
    assert "2 items in, 2 out" in html


def test_a_refused_file_changes_nothing_and_says_why_in_a_sentence(maintainer, hub):
    upload = SimpleUploadedFile("README.md", b"\x89PNG\0")
    response = maintainer.post(IMPORT, {"file": upload})
    assert response.status_code == 422
    assert "The file is binary" in response.content.decode()
    assert not hub.notes.exists()


def test_a_refused_import_keeps_what_was_pasted(maintainer, hub):
    upload = SimpleUploadedFile("README.md", b"# x")
    response = maintainer.post(IMPORT, {"text": "# My <hub>", "file": upload})
    assert "# My &lt;hub&gt;" in response.content.decode()


def test_a_learner_imports_nothing(learner, hub):
    assert learner.post(IMPORT, {"text": README}).status_code == 403
    assert not hub.notes.exists()


def test_the_page_does_not_touch_the_disk_of_an_unknown_hub(client, db, settings):
    assert client.get("/h/nowhere/readme/").status_code == 404
    assert not Path(settings.NEXUS_REPOSITORIES).exists()
