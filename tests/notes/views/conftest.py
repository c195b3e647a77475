"""People in front of the pages: a learner, a maintainer (ada), an operator."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from notes import services
from notes.models import Hub, Membership, Note, Section


@pytest.fixture
def grace(hub: Hub) -> User:
    """A learner of the hub."""
    user = User.objects.create_user("grace", "grace@example.org", "grace-password")
    Membership.objects.create(hub=hub, user=user)
    return user


@pytest.fixture
def stranger(db: None) -> User:
    return User.objects.create_user("stranger")


@pytest.fixture
def operator(db: None) -> User:
    return User.objects.create_user("operator", is_staff=True)


@pytest.fixture
def learner(client: Client, grace: User) -> Client:
    client.force_login(grace)
    return client


@pytest.fixture
def note(hub: Hub, section: Section, grace: User) -> Note:
    text = services.NoteText(section=section, title="Celery", body="Runs *tasks*.")
    return services.submit_note(hub=hub, author=grace, text=text)
