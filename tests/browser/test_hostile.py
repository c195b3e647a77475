"""A note that attacks its readers: nothing of it runs, anywhere it is shown."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.people import ADA, ADMIN
from tests.browser.visits import Visits

TITLE = "<script>alert('title')</script><img src=x onerror=alert('title')>"
BODY = """\
The harmless beginning.

<script>alert('block')</script>

<img src="x" onerror="alert('picture')"> and <svg onload=alert('svg')></svg>

[click](javascript:alert('link')) [me](data:text/html,<script>alert('data')</script>)
<a href="jav&#x09;ascript:alert('tab')" onclick="alert('click')">tab</a>

<iframe srcdoc="<script>alert('frame')</script>"></iframe>
<form action="https://example.org/"><button>steal</button></form>
<style>body { display: none }</style><meta http-equiv="refresh" content="0;url=/">

![pixel](https://example.org/pixel.png)

The harmless end.
"""
TAG = "<b onmouseover=alert(1)>"
TRACES = """() => [
  ...document.querySelectorAll("main :is(script, iframe, svg, style, meta, img)"),
  ...[...document.querySelectorAll("main *")].filter((element) =>
    [...element.attributes].some((attribute) => attribute.name.startsWith("on"))
  ),
  ...[...document.links].filter((link) => !/^https?:$/.test(link.protocol)),
].map((element) => element.outerHTML)"""


ATTACKS = """() => {
  const script = document.createElement("script");
  script.textContent = "document.title = 'attacked'";
  document.body.append(script);
  setTimeout(() => alert("attacked"));
}"""


def test_a_window_notices_what_no_page_may_do(visit: Visits) -> None:
    page = visit()
    page.goto("/")
    with page.expect_event("dialog"):
        page.evaluate(ATTACKS)
    refused, dialog = visit.offences
    assert "Content Security Policy" in refused
    assert dialog == "dialog: attacked"
    assert page.title() != "attacked"
    visit.offences.clear()


def assert_harmless(page: Page, path: str) -> None:
    """The window itself notices dialogs, refused scripts and requests to elsewhere."""
    page.goto(path)
    assert page.evaluate(TRACES) == []
    expect(page.get_by_role("button", name="steal")).to_have_count(0)


def test_a_hostile_note_is_shown_without_its_teeth(visit: Visits) -> None:
    page = visit(ADA)
    page.goto("/h/hostile/notes/new/")
    page.get_by_label("Section").select_option("Best Practices")
    page.get_by_label("Title").fill(TITLE)
    page.get_by_label("Text").fill(BODY)
    page.get_by_label("Tags").fill(TAG)
    page.get_by_role("button", name="Submit").click()
    expect(page).to_have_url(re.compile(r"/notes/\d+/$"))
    expect(page.get_by_role("status")).to_contain_text("README published in")
    expect(page.get_by_role("heading", name="<script>alert('title')")).to_be_visible()
    expect(page.get_by_text("The harmless beginning.")).to_be_visible()
    expect(page.get_by_text("The harmless end.")).to_be_visible()
    note = page.url
    for path in (note, f"{note}edit/", f"{note}withdraw/", "/h/hostile/"):
        assert_harmless(page, path)
    assert_harmless(page, "/h/hostile/readme/")
    expect(page.get_by_role("article")).to_contain_text("The harmless end.")
    operator = visit(ADMIN)
    assert_harmless(operator, "/jobs/")
    operator.get_by_role("link", name="rebuild readme").first.click()
    assert operator.evaluate(TRACES) == []


def test_a_draft_with_markup_comes_back_as_text(visit: Visits) -> None:
    page = visit(ADA)
    page.goto("/h/hostile/notes/new/")
    page.get_by_label("Text").fill(BODY)
    page.get_by_label("Title").fill("")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_label("Text")).to_have_value(BODY)
    assert page.evaluate(TRACES) == []
