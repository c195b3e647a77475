from __future__ import annotations

import email
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from notes.digests import message, tokens
from notes.digests.message import Letter, encode
from notes.digests.pieces import thaw
from notes.models import Edition, Hub
from tests.notes.digests.weeks import add_reader, make_edition, make_hub


@pytest.fixture
def edition(hub: Hub) -> Edition:
    return make_edition(hub, "ada@example.org", "grace@example.org")


def read(edition: Edition, number: int = 0) -> EmailMessage:
    """The mail for the edition's nth reader, as its mail program parses it."""
    envelope = whole(edition).to(edition.deliveries.all()[number].subscriber)
    return email.message_from_bytes(envelope.raw, policy=default)


def whole(*editions: Edition) -> Letter:
    return Letter.of([(edition, thaw(edition.pieces)) for edition in editions])


def test_the_text_comes_first_and_the_html_last(edition: Edition) -> None:
    mail = read(edition)
    assert mail.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in mail.iter_parts()]
    assert kinds == ["text/plain", "text/html"]


def test_both_parts_hold_the_link_of_the_reader(edition: Edition) -> None:
    own = tokens.unsubscribe_url(edition.deliveries.all()[0].subscriber)
    for part in read(edition).iter_parts():
        assert isinstance(part, EmailMessage)
        content = part.get_content()
        assert own in content
        assert ".invalid" not in content


def test_one_click_unsubscribes_as_rfc_8058_wants_it(edition: Edition) -> None:
    mail = read(edition)
    own = tokens.unsubscribe_url(edition.deliveries.all()[0].subscriber)
    assert mail["List-Unsubscribe"] == f"<{own}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_headers_say_that_a_machine_sent_it_to_a_list(edition: Edition) -> None:
    mail = read(edition)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] == "<digest.localhost>"
    assert mail["To"] == "ada@example.org"
    assert mail["From"] == "Backend hub <nexus@localhost>"
    assert mail["Subject"] == "Backend hub, week 47: 1 note"
    assert parsedate_to_datetime(mail["Date"])
    assert "Precedence" not in mail


def test_the_message_id_is_the_same_each_time_and_another_for_each_reader(
    edition: Edition,
) -> None:
    assert read(edition)["Message-ID"] == read(edition)["Message-ID"]
    assert read(edition)["Message-ID"] != read(edition, 1)["Message-ID"]
    assert read(edition)["Message-ID"].endswith("@localhost>")


def test_a_configured_name_of_the_sender_is_kept(
    edition: Edition, settings: Any
) -> None:
    settings.DEFAULT_FROM_EMAIL = "The school <digest@school.example>"
    mail = read(edition)
    assert mail["From"] == "The school <digest@school.example>"
    assert mail["Message-ID"].endswith("@school.example>")


def test_a_title_with_a_line_break_or_umlaut_breaks_no_header(db: None) -> None:
    edition = make_edition(make_hub("x", "Bäck\nBcc: x@example.org"), "a@example.org")
    mail = read(edition)
    assert mail["Subject"] == "Bäck Bcc: x@example.org, week 47: 1 note"
    assert mail["Bcc"] is None


def test_no_line_is_longer_than_smtp_allows(edition: Edition) -> None:
    subscriber = edition.deliveries.all()[0].subscriber
    lines = whole(edition).to(subscriber).raw.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(b"\n" in line or line.startswith(b".") for line in lines)


def test_the_question_is_marked_as_automatic_and_is_no_list_mail(hub: Hub) -> None:
    raw = message.confirmation(add_reader(hub)).raw
    mail = email.message_from_bytes(raw, policy=default)
    assert mail["Subject"] == "Please confirm: the weekly digest of Backend hub"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "List-Unsubscribe" not in mail


def test_a_backend_of_djangos_gets_the_same_mail(edition: Edition) -> None:
    subscriber = edition.deliveries.all()[0].subscriber
    letter = whole(edition)
    ours = read(edition)
    theirs = email.message_from_bytes(
        encode(letter.message(subscriber)), policy=default
    )
    own_to_ours = {"Date", "Content-Type", "MIME-Version"}
    assert set(ours.keys()) == set(theirs.keys())
    for name in set(ours.keys()) - own_to_ours:
        assert ours[name] == theirs[name]
    for mine, other in zip(ours.iter_parts(), theirs.iter_parts(), strict=True):
        assert mine.get_content() == other.get_content()
