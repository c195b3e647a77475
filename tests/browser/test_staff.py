"""The operator's journey: Flower through the proxy, a failed job and its second run."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.audit import assert_sound
from tests.browser.people import ADA, ADMIN, GRACE, STAFF
from tests.browser.product import Product
from tests.browser.visits import Visits

SHUT_DOWN = "/flower/api/worker/shutdown/nobody"
POST = """async (path) => {
  const answer = await fetch(path, { method: "POST" });
  return [answer.status, await answer.text()];
}"""


def test_staff_see_workers_and_tasks_in_flower(visit: Visits) -> None:
    writer = visit(ADA)
    submit(writer, "flowers", "A task to see")
    expect(writer.get_by_role("status")).to_contain_text("README published in")
    page = visit(STAFF)
    page.goto("/")
    page.get_by_role("link", name="Flower", exact=True).click()
    expect(page).to_have_url(re.compile("/flower/"))
    expect(page.get_by_role("link", name=re.compile("worker@"))).to_be_visible()
    page.get_by_role("link", name="Tasks", exact=True).click()
    row = page.get_by_role("row").filter(has_text="tasks.readme.rebuild_readme")
    expect(row.first).to_be_visible()
    expect(row.first).to_contain_text("SUCCESS")


def test_flower_is_closed_to_everybody_else(visit: Visits) -> None:
    stranger = visit()
    stranger.goto("/flower/")
    expect(stranger).to_have_url(re.compile(r"/login/\?next=/flower/"))
    learner = visit(GRACE)
    answer = learner.goto("/flower/tasks")
    assert answer is not None
    assert answer.status == 403
    expect(learner.get_by_text("Only the staff of this installation")).to_be_visible()


def test_staff_look_at_flower_and_only_superusers_act(visit: Visits) -> None:
    staff, admin = visit(STAFF), visit(ADMIN)
    for page in (staff, admin):
        page.goto("/flower/")
    status, text = staff.evaluate(POST, SHUT_DOWN)
    assert (status, "only superusers may act" in text) == (403, True)
    status, text = admin.evaluate(POST, SHUT_DOWN)
    assert (status, text) == (404, "Unknown worker 'nobody'")  # Flower's own answer


def test_a_failed_job_tells_why_and_runs_again_once_that_is_mended(
    visit: Visits, product: Product
) -> None:
    writer, operator = visit(ADA), visit(STAFF)
    submit(writer, "repairs", "Before the accident")
    expect(writer.get_by_role("status")).to_contain_text("README published in")
    repository = product.repository("repairs")
    aside = repository.rename(repository.with_suffix(".aside"))
    repository.write_text("no repository\n")
    submit(writer, "repairs", "During the accident")
    expect(writer.get_by_role("status")).to_contain_text(
        "README could not be rebuilt; an operator has to look at it"
    )
    open_failed_job(operator)
    expect(operator.get_by_role("main")).to_contain_text("is not a git repository")
    assert_sound(operator)

    repository.unlink()
    aside.rename(repository)
    operator.get_by_role("button", name="Run again").click()
    expect(operator.get_by_text("The job is queued again.")).to_be_visible()
    writer.reload()
    expect(writer.get_by_role("status")).to_contain_text("README published in")
    assert "During the accident" in product.git("repairs", "show", "main:README.md")
    operator.reload()
    expect(operator.get_by_role("main")).to_contain_text("succeeded")


def submit(page: Page, hub: str, title: str) -> None:
    page.goto(f"/h/{hub}/notes/new/")
    page.get_by_label("Section").select_option("Key Technologies")
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()


def open_failed_job(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Jobs").click()
    failed = page.get_by_role("region", name="Failed: they wait for you")
    item = failed.get_by_role("listitem").filter(has_text="Hub of repairs")
    assert_sound(page)
    item.get_by_role("link", name="rebuild readme").click()
    expect(page.get_by_role("heading", name="Why it failed")).to_be_visible()
