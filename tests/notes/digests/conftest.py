"""Fixtures of the digest's tests."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from notes.models import Edition, Hub
from tests.notes.digests.desk import ADA, GRACE, LINUS
from tests.notes.digests.smtp import Postman, mail_server
from tests.notes.digests.weeks import make_edition, make_hub


@pytest.fixture
def hub(db: None) -> Hub:
    return make_hub()


@pytest.fixture
def postman(settings: Any) -> Iterator[Postman]:
    """A mail server that Nexus is configured to use."""
    taker = Postman()
    with mail_server(taker) as port:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.EMAIL_TIMEOUT = 5
        yield taker


@pytest.fixture
def edition(hub: Hub, settings: Any) -> Edition:
    settings.NEXUS_MAIL_SHARDS = settings.NEXUS_MAIL_CONNECTIONS = 1
    return make_edition(hub, ADA, GRACE, LINUS)


@pytest.fixture(autouse=True)
def _quiet_server() -> None:
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
