"""Every page is well-formed, labelled, legible by day and night, and fits a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.audit import assert_sound
from tests.browser.people import ADMIN, GRACE, SPRAWLING_NOTE
from tests.browser.visits import Visits

FOR_ALL = [
    "/",
    "/login/",
    "/h/pages/",
    SPRAWLING_NOTE,
    "/h/pages/readme/",
    "/h/pages/links/",
    "/h/pages/history/",
    "/h/pages/digests/",
    "/h/pages/subscribe/",
    "/h/pages/subscribe/?asked",
    "/subscribe/?hub=pages",
    "/subscribe/?asked",
    "/s/no-such-token/confirm/",
    "/nothing/here/",
]
FOR_STAFF = [
    "/",
    "/h/pages/",
    SPRAWLING_NOTE,
    "/h/pages/notes/new/",
    f"{SPRAWLING_NOTE}edit/",
    f"{SPRAWLING_NOTE}withdraw/",
    "/h/pages/members/",
    "/h/pages/import/",
    "/h/pages/sections/",
    "/h/pages/doctor/",
    "/jobs/",
    "/jobs/?state=failed",
    "/mail/",
    "/mail/?address=somebody&week=47",
    "/mail/suppressed/",
    "/mail/doctor/",
    "/h/pages/digests/preview/",
    "/password/",
]


@pytest.mark.parametrize("path", FOR_ALL)
def test_a_page_for_everybody_is_sound(visit: Visits, path: str) -> None:
    page = visit()
    page.goto(path)
    assert_sound(page)


@pytest.mark.parametrize("path", FOR_STAFF)
def test_a_page_for_those_who_work_here_is_sound(visit: Visits, path: str) -> None:
    page = visit(ADMIN)
    page.goto(path)
    assert_sound(page)


def test_a_form_full_of_errors_is_sound(visit: Visits) -> None:
    page = visit(ADMIN)
    page.goto("/h/pages/notes/new/")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert_sound(page)


def test_a_page_that_somebody_may_not_see_says_so_and_is_sound(visit: Visits) -> None:
    page = visit(GRACE)
    page.goto("/jobs/")
    expect(page.get_by_text("Only the staff of this installation")).to_be_visible()
    assert_sound(page)
