"""The journey of a note without a mouse."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.audit import assert_sound
from tests.browser.people import ADA, ADMIN, PASSWORD
from tests.browser.visits import Visits

MOST_STOPS = 40

FOCUSED = """() => {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  return {
    name: (element.labels?.[0] ?? element).innerText.trim(),
    outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    isOnScreen: box.right > 0 && box.bottom > 0 && box.left < innerWidth,
  };
}"""


def press_tab(page: Page) -> dict[str, Any]:
    """The next stop, which everybody has to be able to see."""
    page.keyboard.press("Tab")
    stop: dict[str, Any] = page.evaluate(FOCUSED)
    assert stop["outline"] >= 2, stop
    assert stop["isOnScreen"], stop
    return stop


def tab_to(page: Page, name: str) -> None:
    passed = []
    while len(passed) < MOST_STOPS:
        passed.append(press_tab(page)["name"])
        if passed[-1] == name:
            return
    raise AssertionError(f"{name!r} is not among {passed}")


def enter(page: Page, name: str) -> None:
    tab_to(page, name)
    page.keyboard.press("Enter")


def test_the_first_stop_of_a_page_skips_to_its_content(visit: Visits) -> None:
    page = visit()
    page.goto("/")
    assert press_tab(page)["name"] == "Skip to the content"
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    assert press_tab(page)["name"] not in {"Nexus", "Log in"}
    expect(page.get_by_role("main").get_by_role("link").first).to_be_focused()


def test_a_note_is_submitted_by_the_keyboard_alone(visit: Visits) -> None:
    page = visit()
    page.goto("/")
    enter(page, "Log in")
    page.wait_for_url("**/login/")
    expect(page.get_by_label("Username")).to_be_focused()
    page.keyboard.type(ADA)
    assert press_tab(page)["name"] == "Password"
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r":\d+/$"))
    enter(page, "Hub of keys")
    page.wait_for_url("**/h/keys/")
    enter(page, "Submit a note")
    page.wait_for_url("**/notes/new/")
    tab_to(page, "Section")
    page.keyboard.type("Backend")
    assert press_tab(page)["name"] == "Title"
    page.keyboard.type("Idempotence")
    assert press_tab(page)["name"] == "Text"
    page.keyboard.type("Twice is as good as once.")
    assert press_tab(page)["name"] == "Tags"
    enter(page, "Submit")
    expect(page.get_by_role("heading", name="Idempotence")).to_be_visible()
    expect(page.get_by_role("link", name="Backend Concepts")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("README published in")


def test_a_section_is_removed_by_the_keyboard_alone(visit: Visits) -> None:
    page = visit(ADMIN)
    page.goto("/h/sections/sections/")
    page.get_by_role("link", name="Remove: Collaboration").focus()
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading", name="Remove the section “Collaboration”?")
    expect(heading).to_be_visible()
    assert_sound(page)
    enter(page, "Remove it")
    expect(page.get_by_text("“Collaboration” is gone")).to_be_visible()
    expect(page.get_by_label("Title of Collaboration")).to_have_count(0)
    page.goto("/h/sections/doctor/")
    enter(page, "Add it at the end")
    expect(page.get_by_role("heading", name="What changes")).to_be_visible()
    assert_sound(page)
    enter(page, "Repair it")
    expect(page.get_by_text("The README is repaired")).to_be_visible()
