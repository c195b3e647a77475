"""The journey of a note: typed, corrected, watched, edited, withdrawn."""

from __future__ import annotations

import re

from playwright.sync_api import Page, Response, expect

from tests.browser.people import ADA, log_in
from tests.browser.product import Product
from tests.browser.visits import Visits
from tests.browser.website import WebSite

PANEL_POLLS_MS = 500
PUBLISHED = re.compile(r"README published in [0-9a-f]{7}")
NOTE_PAGE = re.compile(r"/notes/\d+/$")


def open_form(page: Page, hub: str) -> None:
    page.goto(f"/h/{hub}/")
    page.get_by_role("link", name="Submit a note").click()


def submitting(page: Page, button: str = "Submit") -> Response:
    """Press the button; the answer to the POST itself."""
    with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        page.get_by_role("button", name=button, exact=True).click()
    return sent.value


def test_a_note_goes_from_the_form_to_the_readme_while_its_page_tells_of_it(
    visit: Visits, product: Product, site: WebSite
) -> None:
    page = visit()
    page.goto("/h/writing/notes/new/")
    log_in(page, ADA)
    links = f"[docs]({site.address}/held), [none]({site.address}/missing)"
    body = f"A worker *acknowledges late*: {links}."
    page.get_by_label("Text").fill(body)
    page.get_by_label("Tags").fill("celery, queues")
    assert submitting(page).status == 422
    title, section = page.get_by_label("Title"), page.get_by_label("Section")
    expect(title).to_have_accessible_description(re.compile("Give the note a title"))
    expect(section).to_have_accessible_description(re.compile("Choose the section"))
    expect(page.get_by_label("Text")).to_have_value(body)
    expect(page.get_by_label("Tags")).to_have_value("celery, queues")

    title.fill("Celery acks_late")
    section.select_option("Key Technologies")
    polls = count_polls(page)
    assert submitting(page).status == 303
    expect(page).to_have_url(NOTE_PAGE)
    panel = page.get_by_role("status")
    expect(panel).to_contain_text(re.compile("Links (wait|are being checked)"))
    expect(panel).to_contain_text(PUBLISHED)
    expect(panel).to_contain_text(re.compile("Links (wait|are being checked)"))
    site.release()
    expect(panel).to_contain_text("2 links: 1 fine, 1 broken")
    expect(panel).to_contain_text(
        re.compile(r"Goes into the digest of week \d+, out on Monday")
    )
    expect(page.get_by_role("region", name="Links")).to_contain_text("/missing")
    assert_polling_has_ended(page, polls)
    assert_the_readme_shows_it_in_adas_name(page, product)


def count_polls(page: Page) -> list[str]:
    polls: list[str] = []
    page.on("request", lambda r: polls.append(r.url) if "/panel/" in r.url else None)
    return polls


def assert_polling_has_ended(page: Page, polls: list[str]) -> None:
    assert polls  # it did not get here by a reload
    so_far = len(polls)
    page.wait_for_timeout(3 * PANEL_POLLS_MS)
    assert len(polls) == so_far


def assert_the_readme_shows_it_in_adas_name(page: Page, product: Product) -> None:
    log = product.git("writing", "log", "-1", "--format=%an <%ae>%n%h %s", "main")
    author, change = log.splitlines()
    assert author == "Ada Learner <ada@example.org>"
    assert "Celery acks_late" in change
    commit = product.git("writing", "rev-parse", "main")[:7]
    expect(page.get_by_role("status")).to_contain_text(commit)
    page.get_by_role("link", name="Hub of writing").click()
    page.get_by_role("link", name="README", exact=True).first.click()
    expect(page.get_by_role("article")).to_contain_text("Celery acks_late")
    expect(page.get_by_role("article").get_by_text("acknowledges late")).to_be_visible()
    expect(page.get_by_text(commit).first).to_be_visible()
    assert "acknowledges late" in product.git("writing", "show", "main:README.md")


def test_an_edited_note_changes_the_readme_and_a_withdrawn_one_leaves_it(
    visit: Visits, product: Product
) -> None:
    page = visit(ADA)
    open_form(page, "editing")
    page.get_by_label("Section").select_option("Best Practices")
    page.get_by_label("Title").fill("Small comits")
    page.get_by_label("Text").fill("One change with its test.")
    submitting(page)
    expect(page.get_by_role("status")).to_contain_text(PUBLISHED)
    assert "Small comits" in product.git("editing", "show", "main:README.md")

    page.get_by_role("link", name="Edit", exact=True).click()
    expect(page.get_by_label("Text")).to_have_value("One change with its test.")
    page.get_by_label("Title").fill("Small commits")
    assert submitting(page, "Save").status == 303
    expect(page.get_by_role("heading", name="Small commits")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text(PUBLISHED)
    readme = product.git("editing", "show", "main:README.md")
    assert "Small commits" in readme
    assert "Small comits" not in readme

    page.get_by_role("link", name="Withdraw").click()
    assert submitting(page, "Withdraw it").status == 303
    expect(page.get_by_text("Gone from the README since")).to_be_visible()
    assert "Small commits" not in product.git("editing", "show", "main:README.md")
    page.goto("/h/editing/readme/")
    expect(page.get_by_role("article")).not_to_contain_text("Small commits")


def test_a_section_for_challenges_asks_for_the_problem_and_its_solution(
    visit: Visits,
) -> None:
    page = visit(ADA)
    open_form(page, "challenges")
    section = page.get_by_label("Section")
    problem, solution = page.get_by_label("Problem"), page.get_by_label("Solution")
    expect(problem).to_be_hidden()
    section.select_option("Challenges and Solutions")
    expect(problem).to_be_visible()
    expect(solution).to_be_visible()
    expect(page.get_by_label("Text")).to_be_hidden()
    problem.fill("Two workers took the same job.")
    section.select_option("Highlights")
    expect(problem).to_have_value("Two workers took the same job.")
    expect(problem).to_be_visible()  # what was typed is never hidden


def test_a_challenge_is_submitted_with_javascript_switched_off(
    visit: Visits, product: Product
) -> None:
    page = visit(ADA, java_script_enabled=False)
    open_form(page, "challenges")
    page.get_by_label("Section").select_option("Challenges and Solutions")
    page.get_by_label("Title").fill("Jobs that ran twice")
    page.get_by_label("Problem").fill("Two workers took the same job.")
    assert submitting(page).status == 422
    expect(page.get_by_label("Solution")).to_have_accessible_description(
        re.compile("Say how it was solved")
    )
    expect(page.get_by_label("Problem")).to_have_value("Two workers took the same job.")
    page.get_by_label("Solution").fill("Claim it by a conditional update.")
    assert submitting(page).status == 303
    expect(page.get_by_text("Claim it by a conditional update.")).to_be_visible()
    wait_with_reloads(page, "README published in")
    readme = product.git("challenges", "show", "main:README.md")
    assert "Two workers took the same job." in readme
    assert "Claim it by a conditional update." in readme


def wait_with_reloads(page: Page, text: str) -> None:
    for _ in range(20):
        if text in page.get_by_role("status").inner_text():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(f"{text!r} did not appear")
