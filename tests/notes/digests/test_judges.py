"""What others make of our mail: a spam filter and the standard library's parser."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from notes import subscribing
from notes.digests import message
from tests.conftest import needs
from tests.notes.digests.showcase import make_showcase
from tests.notes.digests.test_commands import preview
from tests.notes.digests.weeks import make_hub

pytestmark = pytest.mark.django_db
LONGEST_LINE = 998  # RFC 5322, 2.1.1
GMAIL_CLIPS_AT = 102 * 1024
MOST_POINTS = 1.0


@pytest.fixture
def mail(settings: Settings) -> bytes:
    settings.BASE_URL = "https://nexus.example.org"
    settings.DEFAULT_FROM_EMAIL = "nexus@example.org"
    make_showcase()
    return preview("--week", "2026-W47")


def points(mail: bytes, home: Path) -> float:
    """SpamAssassin's score by its local rules; the lower the better."""
    program = shutil.which("spamassassin")
    needs("spamassassin", found=program is not None)
    done = subprocess.run(
        [str(program), "--local", "--nocreate-prefs"],
        input=mail,
        env={**os.environ, "HOME": str(home)},
        capture_output=True,
        check=True,
        timeout=60,
    )
    status = str(message_from_bytes(done.stdout)["X-Spam-Status"])
    match = re.search(r"score=(-?[\d.]+)", status)
    assert match, status
    return float(match[1])


def test_a_spam_filter_finds_nothing_to_object_to(mail: bytes, tmp_path: Path) -> None:
    assert points(mail, tmp_path) <= MOST_POINTS


def test_nor_does_it_object_to_the_question(settings: Settings, tmp_path: Path) -> None:
    settings.BASE_URL = "https://nexus.example.org"
    settings.DEFAULT_FROM_EMAIL = "nexus@example.org"
    subscription = subscribing.subscribe(email="ada@example.org", hub=make_hub())
    assert points(message.confirmation(subscription).raw, tmp_path) <= MOST_POINTS


def test_the_judge_does_object_to_spam(tmp_path: Path) -> None:
    gtube = b"XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
    assert points(b"Subject: Test\n\n" + gtube + b"\n", tmp_path) > MOST_POINTS


def test_the_text_comes_before_the_html_and_both_tell_the_same(mail: bytes) -> None:
    parsed = message_from_bytes(mail, policy=default)
    assert parsed.get_content_type() == "multipart/alternative"
    plain, html = parsed.iter_parts()
    assert plain.get_content_type() == "text/plain"
    assert html.get_content_type() == "text/html"
    for part in (plain, html):
        for title in ("Celery", "Transactional outbox", "Slow page", "Flaky test"):
            assert title in part.get_content()
    assert parsed.defects == plain.defects == html.defects == []


def test_no_line_is_longer_than_a_mail_server_has_to_take(mail: bytes) -> None:
    lines = mail.split(b"\r\n")
    assert max(map(len, lines)) <= LONGEST_LINE
    assert not any(b"\n" in line or b"\r" in line for line in lines)


def test_gmail_does_not_clip_it(mail: bytes) -> None:
    assert len(mail) < GMAIL_CLIPS_AT
