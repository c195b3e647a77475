"""What somebody typed outlives the login that they typed it under."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.people import ADA, log_in
from tests.browser.visits import Visits

TEXT = "Half an hour of thoughts,\n\n- in two points\n- and a half"


def type_a_note(page: Page) -> None:
    page.goto("/h/drafts/notes/new/")
    page.get_by_label("Section").select_option("Collaboration")
    page.get_by_label("Title").fill("Written for half an hour")
    page.get_by_label("Text").fill(TEXT)
    page.get_by_label("Tags").fill("patience")


def assert_all_is_back(page: Page) -> None:
    expect(page.get_by_text("What you typed before is back.")).to_be_visible()
    expect(page.get_by_role("combobox", name="Section")).to_contain_text("Collab")
    chosen = page.get_by_label("Section").locator("option:checked")
    expect(chosen).to_have_text("Collaboration")
    expect(page.get_by_label("Title")).to_have_value("Written for half an hour")
    expect(page.get_by_label("Text")).to_have_value(TEXT)
    expect(page.get_by_label("Tags")).to_have_value("patience")


def logged_in(visit: Visits) -> Page:
    """A session of this test's own, since it is going to end."""
    page = visit()
    page.goto("/login/")
    log_in(page, ADA)
    page.get_by_role("button", name="Log out").wait_for()
    return page


def log_out_elsewhere(page: Page) -> Page:
    other = page.context.new_page()
    other.goto("/")
    other.get_by_role("button", name="Log out").click()
    expect(other.get_by_role("button", name="Log out")).to_have_count(0)
    return other


def test_a_note_sent_after_the_session_ended_is_back_after_the_login(
    visit: Visits,
) -> None:
    page = logged_in(visit)
    type_a_note(page)
    log_out_elsewhere(page)
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("main")).to_contain_text("Half an hour of thoughts")
    page.get_by_role("link", name="Log in and send it").click()
    log_in(page, ADA)
    assert_all_is_back(page)
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", name="Written for half an hour")).to_be_visible()
    page.goto("/h/drafts/notes/new/")
    expect(page.get_by_label("Title")).to_have_value("")  # sent is sent


def test_a_note_sent_under_a_new_login_from_another_tab_is_not_lost(
    visit: Visits,
) -> None:
    page = logged_in(visit)
    type_a_note(page)
    other = log_out_elsewhere(page)
    other.goto("/login/")
    log_in(other, ADA)
    other.get_by_role("button", name="Log out").wait_for()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", name="Please send it once more")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Half an hour of thoughts")
    page.get_by_role("link", name="open a fresh form").click()
    assert_all_is_back(page)
