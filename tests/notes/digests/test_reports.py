from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes.digests.reports import Kind, read
from tests.notes.digests.slips import EXCHANGE, bounce, complaint

OURS = frozenset({"<0123456789abcdef@example.org>"})


def empty_report(kind: str) -> bytes:
    head = f'Content-Type: multipart/report; report-type={kind}; boundary="cut"'
    return f"{head}\n\n--cut--\n".encode()


@pytest.mark.parametrize("returned_as", ["text/rfc822-headers", "message/rfc822"])
def test_a_bounce_names_the_mail_its_reader_and_the_answer(returned_as: str) -> None:
    report = read(bounce(returned_as=returned_as))
    assert report is not None
    assert report.kind == Kind.BOUNCED
    assert report.said == "550 5.1.1 <reader@example.org>: User unknown"
    assert report.message_ids == OURS
    assert report.addresses == {"reader@example.org"}


def test_a_bounce_that_returns_nothing_is_known_by_what_it_answers_to() -> None:
    report = read(EXCHANGE.encode())
    assert report is not None
    assert (report.kind, report.message_ids) == (Kind.BOUNCED, OURS)
    assert report.said.startswith("550 5.1.10 RESOLVER")


def test_the_address_that_was_forwarded_to_is_no_other_reader() -> None:
    report = read(bounce(address="elsewhere@example.net"))
    assert report is not None
    assert report.addresses == {"reader@example.org", "elsewhere@example.net"}


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("failed", Kind.BOUNCED),
        ("Failed (bad mailbox)", Kind.BOUNCED),
        ("delayed", Kind.DELAYED),
        ("delivered", Kind.DELIVERED),
        ("relayed", Kind.DELIVERED),
        ("expanded", Kind.DELIVERED),
    ],
)
def test_a_delay_is_no_bounce_and_a_receipt_is_neither(action: str, kind: Kind) -> None:
    report = read(bounce(action=action))
    assert report is not None
    assert report.kind == kind


@pytest.mark.parametrize(
    ("status", "diagnostic", "said"),
    [
        ("5.1.1", "smtp; 550 User unknown", "550 5.1.1 User unknown"),
        ("5.1.1 (bad)", "smtp; 550 Unknown", "550 5.1.1 Unknown"),
        ("5.0.0", "smtp; 550 No such user", "550 No such user"),
        ("5.1.1", "X-Postfix; unknown user", "5.1.1 unknown user"),
        ("4.4.1", "X-Postfix; connection timed out", "4.4.1 connection timed out"),
        ("5.2.2", "", "5.2.2"),
    ],
)
def test_the_answer_reads_like_that_of_an_smtp_server(
    status: str, diagnostic: str, said: str
) -> None:
    report = read(bounce(status=status, diagnostic=diagnostic))
    assert report is not None
    assert report.said == said


def test_a_complaint_names_the_mail_and_who_reports_it() -> None:
    report = read(complaint())
    assert report is not None
    assert report.kind == Kind.COMPLAINED
    assert report.said == "Reported as abuse by ExampleFBL/1.0"
    assert (report.message_ids, report.addresses) == (OURS, {"reader@example.org"})


def test_to_call_a_mail_no_spam_is_no_complaint() -> None:
    assert read(complaint(kind="not-spam")) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Subject: On holiday\n\nBack on Monday.\n",
        empty_report("disposition-notification"),
        empty_report("delivery-status"),
        empty_report("feedback-report"),
        bounce(action="considered"),
    ],
)
def test_what_is_no_report_says_nothing(raw: bytes) -> None:
    assert read(raw) is None


@given(st.data())
def test_no_report_breaks_the_reader_however_mangled(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([bounce(), EXCHANGE.encode(), complaint()]))
    cut = data.draw(st.integers(0, len(whole)))
    junk = data.draw(st.binary(max_size=40))
    read(whole[:cut] + junk + whole[cut + data.draw(st.integers(0, 40)) :])
