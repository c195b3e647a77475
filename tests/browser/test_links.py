"""What people do about links: look, replace, overrule, all by the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.audit import assert_sound
from tests.browser.people import ADA
from tests.browser.product import Product
from tests.browser.test_keyboard import enter, tab_to
from tests.browser.visits import Visits
from tests.browser.website import WebSite
from tests.notes.links.archive import StandIn, closest

COPY = "http://web.archive.example/web/20240301120000/http://gone.example/"
# Nobody looks twice within the hour, so the hour has to pass.
AGE = """
from datetime import timedelta
from django.db.models import F
from notes.models import Link
Link.objects.update(checked_at=F("checked_at") - timedelta(hours=2))
"""


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


def test_an_archived_copy_comes_to_the_note_by_itself(
    visit: Visits, site: WebSite, archive: StandIn
) -> None:
    gone = f"{site.address}/missing"
    archive.answers[gone] = closest(COPY)
    archive.is_open.clear()
    page = submit_gone(visit, gone)
    panel = page.get_by_role("status")
    expect(panel).to_contain_text("The archive is being asked for broken pages")
    offer = page.get_by_role("link", name=f"Replace {gone} by its archived copy of")
    expect(offer).to_have_count(0)
    archive.is_open.set()
    expect(panel).to_contain_text("The archive has 1 of 1 broken page")
    expect(offer).to_be_visible()
    expect(page.locator("[hx-trigger]")).to_have_count(0)
    assert_sound(page)


def test_an_archived_copy_comes_to_the_report_after_check_now(
    visit: Visits, site: WebSite, archive: StandIn, product: Product
) -> None:
    gone = f"{site.address}/missing"
    page = submit_gone(visit, gone)
    expect(page.get_by_role("status")).to_contain_text("0 of 1 broken page")
    product.run("shell", "--no-imports", "-c", AGE)
    archive.answers[gone] = closest(COPY)
    archive.is_open.clear()
    page.goto("/h/copies/links/")
    enter(page, "Check now")
    panel = page.get_by_role("status").first
    expect(panel).to_contain_text("The archive is being asked for broken pages")
    offers = page.get_by_role("link", name="Its archived copy of 1 March 2024")
    before = offers.count()
    archive.is_open.set()
    expect(offers).to_have_count(before + 1)
    expect(panel).to_contain_text("The archive has")
    expect(page.locator("[hx-trigger]")).to_have_count(0)
    assert_sound(page)
    page.get_by_role("link", name="Replace it in").first.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Replace a link by its archived copy?"
    )


def test_links_whose_anchor_is_missing_are_chosen_by_the_keyboard(
    visit: Visits, site: WebSite
) -> None:
    page = submit(visit, "anchors", f"[a]({site.address}/a#gone) <{site.address}/b>")
    expect(page.get_by_text("The page has no #gone.")).to_be_visible()
    page.goto("/h/anchors/links/")
    enter(page, "missing anchor 1")
    page.wait_for_url("**/?verdict=missing-anchor&**")
    there = page.locator("#report").get_by_role("link")
    expect(there.get_by_text(f"{site.address}/a", exact=True)).to_be_visible()
    expect(there.get_by_text(f"{site.address}/b", exact=True)).to_have_count(0)
    assert_sound(page)
    page.get_by_role("link", name="Its past of").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("A link and its past")
    tab_to(page, "How do you know?")
    page.keyboard.type("A script makes it.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("fine, says ada")).to_be_visible()
    page.goto("/h/anchors/links/")
    expect(page.get_by_text("missing anchor")).to_have_count(0)


def submit_gone(visit: Visits, gone: str) -> Page:
    return submit(visit, "copies", f"[gone]({gone})")


def submit(visit: Visits, hub: str, text: str) -> Page:
    page = visit(ADA)
    page.goto(f"/h/{hub}/notes/new/")
    page.get_by_label("Section").select_option("Best Practices")
    page.get_by_label("Title").fill("Copies")
    page.get_by_label("Text").fill(text)
    page.get_by_role("button", name="Submit").click()
    return page
