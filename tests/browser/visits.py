"""Browser windows that notice what no page of Nexus may do."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Request,
    StorageState,
)

from tests.browser.people import ADMIN, PASSWORD, log_in
from tests.browser.product import RESULTS, Product

TIMEOUT_MS = 15_000
# The browser notes each answer above 399 as an error; these are meant.
MEANT = re.compile(r"Failed to load resource: .* status of (403|404|410|422)")


class Visits:
    """Opens windows for people; each is watched until the test ends."""

    def __init__(
        self, browser: Browser, product: Product, logins: dict[str, StorageState]
    ) -> None:
        self.browser, self.product, self.logins = browser, product, logins
        self.contexts: list[BrowserContext] = []
        self.offences: list[str] = []

    def __call__(self, person: str | None = None, **options: Any) -> Page:
        """A new window, whose person has logged in before."""
        if person and person not in self.logins:
            self.logins[person] = self._log_in(person)
        if person:
            options["storage_state"] = self.logins[person]
        return self._open(**options)

    def take_pictures(self, name: str) -> None:
        pages = [page for context in self.contexts for page in context.pages]
        safe = re.sub(r"\W+", "-", name)
        for number, page in enumerate(pages):
            page.screenshot(path=RESULTS / f"{safe}-{number}.png", full_page=True)

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        assert not self.offences, self.offences

    def _log_in(self, person: str) -> StorageState:
        page = self._open()
        page.goto("/login/")
        is_admin = person == ADMIN
        log_in(page, person, self.product.admin_password if is_admin else PASSWORD)
        page.get_by_role("button", name="Log out").wait_for()
        return page.context.storage_state()

    def _open(self, **options: Any) -> Page:
        context = self.browser.new_context(base_url=self.product.address, **options)
        context.set_default_timeout(TIMEOUT_MS)
        self.contexts.append(context)
        context.on("console", self._hear)
        context.on("dialog", self._refuse)
        context.on("request", self._follow)
        context.on("weberror", lambda error: self._note(f"script error: {error.error}"))
        return context.new_page()

    def _hear(self, message: ConsoleMessage) -> None:
        """Also what the content security policy refused."""
        is_bad = message.type in {"error", "warning"}
        if is_bad and not MEANT.match(message.text):
            self._note(f"console: {message.text}")

    def _refuse(self, dialog: Dialog) -> None:
        self._note(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _follow(self, request: Request) -> None:
        own = (f"{self.product.address}/", "data:")
        if not request.url.startswith(own):
            self._note(f"request to elsewhere: {request.url}")

    def _note(self, offence: str) -> None:
        self.offences.append(offence)
