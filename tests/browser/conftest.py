"""The running product, a real Chromium, and watched windows for people.

Everything lives as long as this package: Playwright keeps an event loop in the thread,
in which Django would refuse the database to the tests that come after.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator

import pytest
from playwright.sync_api import Browser, StorageState, expect, sync_playwright

from tests.browser.people import SETTLE_IN
from tests.browser.product import Product
from tests.browser.visits import TIMEOUT_MS, Visits
from tests.browser.website import WebSite
from tests.conftest import needs
from tests.notes.links.archive import StandIn

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
    None,
)
ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--no-first-run",
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]

expect.set_options(timeout=TIMEOUT_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A picture of every open page of a test that failed, in test-results/."""
    report = yield
    visit = item.funcargs.get("visit")
    if report.when == "call" and report.failed and isinstance(visit, Visits):
        visit.take_pictures(item.name)
    return report


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    needs("chromium", found=CHROMIUM is not None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=ARGUMENTS, timeout=60_000
        )
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def archive() -> Iterator[StandIn]:
    archive = StandIn()
    yield archive
    archive.close()


@pytest.fixture(scope="package")
def product(chromium: Browser, archive: StandIn) -> Iterator[Product]:
    product = Product(archive=archive.address)
    try:
        product.wait_until_ready()
        product.run("shell", "--no-imports", "-c", SETTLE_IN)
        yield product
    finally:
        product.stop()


@pytest.fixture(scope="package")
def logins() -> dict[str, StorageState]:
    """The sessions of those who have logged in: a password's check takes a while."""
    return {}


@pytest.fixture
def visit(
    chromium: Browser, product: Product, logins: dict[str, StorageState]
) -> Iterator[Visits]:
    visits = Visits(chromium, product, logins)
    yield visits
    visits.close()


@pytest.fixture
def site() -> Iterator[WebSite]:
    site = WebSite()
    yield site
    site.close()
