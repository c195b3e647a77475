"""The session with the mail server: TLS from the first byte or later, and login."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from django.core.mail import EmailMessage

from notes.digests import outbox
from notes.digests.answers import SenderRefusedError, ServerAwayError
from notes.digests.message import Envelope
from tests.integration.servers import free_port
from tests.notes.digests.smtp import Postman

USER, PASSWORD = "nexus", "correct-horse"
MAIL = Envelope(
    sender="nexus@example.org",
    to="ada@example.org",
    raw=b"Subject: x\r\n\r\nx\r\n",
    message=EmailMessage,
)


@pytest.fixture(autouse=True)
def configured(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "localhost", 5


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> trustme.CA:
    """One that this process trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return authority


def context_of(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    return context


def knows(_: object, __: object, ___: object, mechanism: str, data: Any) -> AuthResult:
    assert isinstance(data, LoginPassword)
    is_right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=is_right)


@contextmanager
def server(settings: Any, **options: Any) -> Iterator[Postman]:
    postman = Postman()
    settings.EMAIL_PORT = free_port()
    controller = Controller(
        postman, hostname="127.0.0.1", port=settings.EMAIL_PORT, **options
    )
    controller.start()
    try:
        yield postman
    finally:
        controller.stop(no_assert=True)


@pytest.mark.parametrize("without", ["PLAIN", "LOGIN"])
def test_it_logs_in_after_starttls_by_what_the_server_offers(
    settings: Any, authority: trustme.CA, without: str
) -> None:
    settings.EMAIL_USE_TLS = True
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = USER, PASSWORD
    options = {
        "tls_context": context_of(authority),
        "require_starttls": True,
        "auth_required": True,
        "authenticator": knows,
        "auth_exclude_mechanism": [without],
    }
    with server(settings, **options) as postman:
        outbox.send_one(MAIL)
        assert len(postman.mails) == 1
        settings.EMAIL_HOST_PASSWORD = "wrong"
        with pytest.raises(SenderRefusedError, match="535"):
            outbox.send_one(MAIL)


def test_a_server_without_starttls_gets_neither_mail_nor_password(
    settings: Any,
) -> None:
    settings.EMAIL_USE_TLS = True
    with server(settings) as postman:
        with pytest.raises(SenderRefusedError, match="does not offer STARTTLS"):
            outbox.send_one(MAIL)
        assert postman.mails == []


def test_tls_begins_with_the_first_byte_where_that_is_asked_for(
    settings: Any, authority: trustme.CA
) -> None:
    settings.EMAIL_USE_SSL = True
    with server(settings, ssl_context=context_of(authority)) as postman:
        outbox.send_one(MAIL)
        assert len(postman.mails) == 1


def test_a_certificate_that_nobody_vouches_for_ends_the_session(settings: Any) -> None:
    settings.EMAIL_USE_SSL = True
    with server(settings, ssl_context=context_of(trustme.CA())) as postman:
        with pytest.raises(ServerAwayError, match="certificate verify failed"):
            outbox.send_one(MAIL)
        assert postman.mails == []
