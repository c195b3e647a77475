"""An independent judge, dkimpy, verifies what is signed."""

from __future__ import annotations

import base64
from typing import Any

import dkim as judge
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from notes.digests import message
from notes.digests.message import Letter
from notes.digests.pieces import thaw
from notes.models import Hub
from tests.notes.digests.weeks import add_reader, make_edition

KEY = rsa.generate_private_key(public_exponent=65537, key_size=4096)
RECORD = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture(autouse=True)
def configured(settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "Bäckend <digest@school.example>"
    settings.NEXUS_DKIM_DOMAIN = "school.example"
    settings.NEXUS_DKIM_SELECTOR = "autumn"
    settings.NEXUS_DKIM_KEY = KEY.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    ).decode()


def record(name: bytes, timeout: int = 5) -> bytes:
    """The answer of a name server."""
    assert name == b"autumn._domainkey.school.example."
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(RECORD)


def is_valid(raw: bytes) -> bool:
    return bool(judge.verify(raw, dnsfunc=record))


def digest(hub: Hub) -> bytes:
    edition = make_edition(hub, "ada@example.org")
    letter = Letter.of([(edition, thaw(edition.pieces))])
    return letter.to(edition.deliveries.get().subscriber).raw


def test_a_digest_is_signed_so_that_others_can_tell(hub: Hub) -> None:
    raw = digest(hub)
    assert is_valid(raw)
    assert max(map(len, raw.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    "header", [b"List-Unsubscribe", b"List-Unsubscribe-Post", b"To", b"Subject"]
)
def test_the_signature_covers_the_headers_that_matter(hub: Hub, header: bytes) -> None:
    raw = digest(hub)
    start = raw.index(b"\r\n" + header + b": ") + len(header) + 4
    assert not is_valid(raw[:start] + b"x" + raw[start:])


def test_a_changed_text_does_not_pass(hub: Hub) -> None:
    raw = digest(hub)
    assert b"Some text." in raw
    assert not is_valid(raw.replace(b"Some text.", b"Some test."))


def test_the_question_to_a_new_subscriber_is_signed_too(hub: Hub) -> None:
    assert is_valid(message.confirmation(add_reader(hub)).raw)


def test_without_a_key_nothing_is_signed(hub: Hub, settings: Any) -> None:
    settings.NEXUS_DKIM_KEY = ""
    assert b"DKIM-Signature" not in digest(hub)
