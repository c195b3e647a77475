from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from notes import services


@pytest.fixture
def damaged(db: None, settings: Settings, tmp_path: Path) -> str:
    """The slug of a hub in whose repository's place stands a file."""
    settings.NEXUS_REPOSITORIES = tmp_path
    (tmp_path / "torn.git").write_text("no repository")
    return services.create_hub(slug="torn", title="Torn").slug


@pytest.mark.parametrize("page", ["readme/", "README.md", "history/"])
def test_a_damaged_repository_is_said_in_a_sentence(
    client: Client, damaged: str, page: str
) -> None:
    response = client.get(f"/h/{damaged}/{page}")

    assert response.status_code == 503
    assert "This did not work" in response.content.decode()
    assert "Traceback" not in response.content.decode()


def test_every_page_refuses_what_comes_from_elsewhere(db: None, client: Client) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
