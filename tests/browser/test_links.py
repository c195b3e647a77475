"""What people do about links: look, replace, overrule, all by the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.audit import assert_sound
from tests.browser.people import ADA
from tests.browser.test_keyboard import enter, tab_to
from tests.browser.visits import Visits
from tests.browser.website import WebSite


@pytest.fixture
def note(visit: Visits, site: WebSite) -> Page:
    """A note with links of every kind, whose check has just ended."""
    page = visit(ADA)
    page.goto("/h/links/notes/new/")
    page.get_by_label("Section").select_option("Best Practices")
    page.get_by_label("Title").fill("Links")
    page.get_by_label("Text").fill(
        f"[here](#best-practices) [nowhere](#nowhere) <mailto:ada@example.org> "
        f"[moved]({site.address}/moved) [gone]({site.address}/missing)"
    )
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("status")).to_contain_text("5 links: 3 fine, 2 broken")
    return page


def test_a_moved_link_is_replaced(note: Page, site: WebSite) -> None:
    assert_sound(note)
    moved = f"Replace {site.address}/moved by its new address"
    note.get_by_role("link", name=moved).press("Enter")
    expect(note.get_by_role("heading", level=1)).to_have_text(
        "Replace a link by its new address?"
    )
    assert_sound(note)
    enter(note, "Replace it")
    replaced = note.get_by_role("link", name=f"{site.address}/new", exact=True)
    expect(replaced).to_be_visible()


def test_a_link_is_overruled_and_the_report_shows_it(note: Page) -> None:
    note.get_by_role("link", name="Its past of #nowhere").press("Enter")
    expect(note.get_by_text("README.md has no anchor #nowhere.").first).to_be_visible()
    assert_sound(note)
    tab_to(note, "How do you know?")
    note.keyboard.type("It comes tomorrow.")
    note.keyboard.press("Enter")
    expect(note.get_by_text("fine, says ada")).to_be_visible()
    assert_sound(note)
    enter(note, "Links")
    note.wait_for_url("**/h/links/links/")
    assert_sound(note)
    tab_to(note, "Check now")
    note.keyboard.press("Enter")
    expect(note.get_by_role("status").first).to_contain_text("fine")
