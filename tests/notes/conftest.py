"""A hub, its learner and a data folder for each test."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from notes import services
from notes.models import Hub, Section


@pytest.fixture(autouse=True)
def repositories(settings: Settings, tmp_path: Path) -> Path:
    settings.NEXUS_REPOSITORIES = tmp_path / "hubs"
    return tmp_path / "hubs"


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada", "ada@example.org", first_name="Ada")


@pytest.fixture
def hub(db: None, ada: User) -> Hub:
    return services.create_hub(slug="nexus", title="Nexus", maintainer=ada)


@pytest.fixture
def section(hub: Hub) -> Section:
    return hub.sections.get(title="Key Technologies")


@pytest.fixture
def maintainer(client: Client, ada: User, hub: Hub) -> Client:
    """A browser in which the hub's maintainer is logged in."""
    client.force_login(ada)
    return client
