"""pytest-celery's fixtures on local processes: nodes, servers, an installation."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery
from pytest_celery import CeleryTestBroker, CeleryTestSetup, CeleryTestWorker

from nexus import broker, celery_app
from tests.integration.hubs import Nexus
from tests.integration.installation import Installation, Shape, database
from tests.integration.nodes import Undertaker
from tests.integration.people import WebSite
from tests.integration.servers import Servers, temporary_folder

# What people run: all in one, or every part on a server of its own.
SHAPES = [Shape("valkey", "sqlite"), Shape("rabbitmq", "postgresql")]
OTHER_SHAPES = [Shape("rabbitmq", "sqlite"), Shape("valkey", "postgresql")]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/integration/" in item.path.as_posix():
            item.add_marker(pytest.mark.integration)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "installation" in metafunc.fixturenames:
        is_wide = metafunc.definition.get_closest_marker("every_shape")
        shapes = SHAPES + (OTHER_SHAPES if is_wide else [])
        metafunc.parametrize(
            "installation", shapes, ids=str, indirect=True, scope="session"
        )


@pytest.fixture(scope="session")
def undertaker() -> Iterator[Undertaker]:
    undertaker = Undertaker()
    yield undertaker
    undertaker.close()


@pytest.fixture(scope="session")
def servers(undertaker: Undertaker) -> Iterator[Servers]:
    servers = Servers(temporary_folder(), undertaker)
    try:
        yield servers
    finally:
        servers.stop()
        shutil.rmtree(servers.folder)


@pytest.fixture(scope="session")
def installation(
    request: pytest.FixtureRequest,
    servers: Servers,
    undertaker: Undertaker,
    django_db_blocker: Any,
) -> Iterator[Installation]:
    """One of the shapes, running; its processes serve all of this shape's tests."""
    with django_db_blocker.unblock():
        installation = Installation(request.param, servers, undertaker)
    try:
        installation.start()
        yield installation
    finally:
        installation.stop()


@pytest.fixture
def celery_broker(installation: Installation) -> CeleryTestBroker:
    return CeleryTestBroker(installation.broker)


@pytest.fixture
def celery_backend_cluster() -> None:
    """No result backend: the ledger in the database is the result."""


@pytest.fixture
def celery_worker(
    installation: Installation, celery_setup_app: Celery
) -> CeleryTestWorker:
    return CeleryTestWorker(installation.worker, celery_setup_app)


@pytest.fixture
def celery_setup_cls() -> type[CeleryTestSetup]:
    return NexusSetup


class NexusSetup(CeleryTestSetup):
    """An app that talks to the broker within the bounds that Nexus itself keeps."""

    @classmethod
    def update_app_config(cls, app: Celery) -> None:
        app.conf.broker_transport_options = broker.transport_options(
            app.conf.broker_url
        )


@pytest.fixture
def nexus(
    installation: Installation,
    celery_setup: CeleryTestSetup,
    django_db_blocker: Any,
) -> Iterator[Nexus]:
    """The running installation with a hub of this test's own."""
    installation.revive()
    try:
        with django_db_blocker.unblock(), database(installation.database_url):
            yield Nexus(installation, celery_setup)
    finally:
        celery_app.set_current()  # a setup's app makes itself everybody's


@pytest.fixture
def site() -> Iterator[WebSite]:
    site = WebSite()
    yield site
    site.close()
