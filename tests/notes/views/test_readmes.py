"""The README's page and its bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import transaction

from notes import services
from notes.models import Event, Hub
from notes.readme import rebuild

README = (
    "# Hub\n\n## Key Technologies\n\n- **Celery** - runs tasks\n- **Redis** - caches\n"
)


def publish(hub: Hub) -> str:
    build = rebuild.build(hub, because_of=Event.objects.filter(hub=hub))
    with transaction.atomic():
        rebuild.record(build)
    return build.commit


@pytest.fixture
def published(hub: Hub) -> str:
    services.import_readme(hub=hub, text=README)
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


def test_the_page_does_not_touch_the_disk_of_an_unknown_hub(client, db, settings):
    assert client.get("/h/nowhere/readme/").status_code == 404
    assert not Path(settings.NEXUS_REPOSITORIES).exists()
