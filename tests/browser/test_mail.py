"""The digest as a mail program shows it: on a phone and at a desk, by day and night."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.audit import FAINT_TEXTS, LEAST_CONTRAST, TOO_WIDE
from tests.browser.product import RESULTS, Product

SHOWCASE = """
from tests.notes.digests.showcase import make_showcase
make_showcase()
"""


@pytest.fixture(scope="module")
def html(product: Product) -> str:
    product.run("shell", "--no-imports", "-c", SHOWCASE)
    week = ("--week", "2026-W47", "--format", "html")
    return product.run("preview_digest", "--hub", "showcase", *week)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 800])
def test_the_mail_fits_and_can_be_read(
    chromium: Browser, html: str, width: int, scheme: str
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 740}, color_scheme=scheme
    )
    requests: list[str] = []
    context.on("request", lambda request: requests.append(request.url))
    page = context.new_page()
    page.set_content(html)
    page.screenshot(path=RESULTS / f"mail-{width}-{scheme}.png", full_page=True)
    found = page.evaluate(TOO_WIDE) + page.evaluate(FAINT_TEXTS, LEAST_CONTRAST)
    context.close()
    assert found == []
    assert requests == [], "a mail loads nothing, so that nobody sees who opens it"
