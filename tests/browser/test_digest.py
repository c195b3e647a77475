"""The journey of a subscriber: ask, confirm, read, leave."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from urllib.request import Request, urlopen

from playwright.sync_api import Page, expect

from tests.browser.audit import assert_sound
from tests.browser.people import ADA
from tests.browser.product import Product, until
from tests.browser.visits import Visits

LEAVING, STAYING = "leaving@example.org", "staying@example.org"
# As if Ada had written her note in the week after, so that this one is not empty.
A_WEEK_LATER = """
from datetime import timedelta
from django.db.models import F
from notes.models import Note
Note.objects.filter(hub__slug="weekly").update(
    submitted_at=F("submitted_at") + timedelta(weeks=1)
)
"""


def monday_after(weeks: int) -> datetime:
    """A Monday at eight, when the digest of the week before has fallen due."""
    now = datetime.now(UTC)
    monday = now.replace(hour=8, minute=0) - timedelta(days=now.weekday())
    return monday + timedelta(weeks=weeks)


def test_a_reader_confirms_once_gets_the_digest_and_leaves_with_one_click(
    visit: Visits, product: Product
) -> None:
    submit_a_note(visit(ADA))
    reader = visit()
    for address in (STAYING, LEAVING):
        subscribe(reader, address)
        confirm(reader, product, address)
    product.run("send_digests", "--at", monday_after(1).isoformat())
    digest = wait_for_mail(product, LEAVING, count=2)
    assert_it_is_a_digest(digest)
    open_in_the_browser(reader, digest)
    assert post_as_a_mail_program_does(digest) == 200

    product.run("shell", "--no-imports", "-c", A_WEEK_LATER)
    product.run("send_digests", "--at", monday_after(2).isoformat())
    wait_for_mail(product, STAYING, count=3)
    assert len(product.mails_to(LEAVING)) == 2


def submit_a_note(page: Page) -> None:
    page.goto("/h/weekly/notes/new/")
    page.get_by_label("Section").select_option("Highlights")
    page.get_by_label("Title").fill("The first digest")
    page.get_by_label("Text").fill("It tells what *everybody* wrote.")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", name="The first digest")).to_be_visible()


def subscribe(page: Page, address: str) -> None:
    page.goto("/h/weekly/")
    box = page.get_by_role("complementary", name="Once a week by mail")
    box.get_by_label("Your mail address").fill(address)
    box.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()


def confirm(page: Page, product: Product, address: str) -> None:
    question = wait_for_mail(product, address, count=1)
    (link,) = re.findall(r"http://\S+/confirm/", text_of(question, "plain"))
    for _ in range(2):  # looking at it is not yet a yes
        page.goto(link)
        expect(page.get_by_role("heading", name="One more click")).to_be_visible()
    assert_sound(page)
    page.get_by_role("button", name="Yes, send me the digest").click()
    expect(page.get_by_role("heading", name="You have subscribed")).to_be_visible()


def wait_for_mail(product: Product, address: str, *, count: int) -> EmailMessage:
    def newest() -> EmailMessage | None:
        mails = product.mails_to(address)
        return mails[-1] if len(mails) >= count else None

    mail = until(newest, what=f"mail {count} to {address}")
    assert mail is not None
    return mail


def assert_it_is_a_digest(mail: EmailMessage) -> None:
    for kind in ("plain", "html"):
        assert "The first digest" in text_of(mail, kind)
        assert "Ada Learner" in text_of(mail, kind)
    assert "<em>everybody</em>" in text_of(mail, "html")
    assert re.fullmatch(r"<http://\S+/unsubscribe/>", mail["List-Unsubscribe"])
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert unsubscribe_link(mail) in text_of(mail, "plain")


def open_in_the_browser(page: Page, mail: EmailMessage) -> None:
    """Its page in the archive, the reader's choices, and leaving before the click."""
    (archive,) = re.findall(r"http://\S+/digests/\S+/", text_of(mail, "plain"))
    page.goto(archive)
    expect(page.get_by_role("link", name="The first digest").first).to_be_visible()
    assert_sound(page)
    (choices,) = re.findall(r"http://\S+/preferences/", text_of(mail, "plain"))
    page.goto(choices)
    expect(page.get_by_label("Weekday")).to_contain_text("Monday")
    assert_sound(page)
    page.goto(unsubscribe_link(mail))
    expect(page.get_by_role("button", name="Unsubscribe")).to_be_visible()
    assert_sound(page)


def post_as_a_mail_program_does(mail: EmailMessage) -> int:
    """RFC 8058: no cookies, no page before it, no redirect after it."""
    request = Request(unsubscribe_link(mail), b"List-Unsubscribe=One-Click")
    with urlopen(request, timeout=10) as answer:
        assert answer.url == unsubscribe_link(mail)
        status: int = answer.status
    return status


def unsubscribe_link(mail: EmailMessage) -> str:
    return str(mail["List-Unsubscribe"]).strip("<>")


def text_of(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_the_browser_proposes_the_readers_time_zone(visit: Visits) -> None:
    page = visit(timezone_id="America/St_Johns")
    page.goto("/subscribe/")
    expect(page.get_by_label("Time zone")).to_have_value("America/St_Johns")
