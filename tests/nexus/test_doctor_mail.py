"""The doctor on mail: a real name server, real pages behind a real socket."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.resolver
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from nexus.doctor import mail, names
from nexus.doctor.findings import State
from notes.digests import dkim
from tests.nexus.nameserver import name_server, resolver
from tests.notes.digests.weeks import add_reader, make_edition, make_hub

CLOSED_PORT = 9


@pytest.fixture(autouse=True)
def sending(settings: Settings) -> None:
    settings.EMAIL_HOST = "smtp.example.org"
    settings.DEFAULT_FROM_EMAIL = "Nexus <nexus@news.example.org>"


@pytest.mark.parametrize(
    ("records", "state", "said"),
    [
        (["v=spf1 mx -all"], State.OK, "v=spf1 mx -all"),
        (["other", "v=spf1 include:a.example ~all"], State.OK, "include:a.example"),
        ([], State.FAIL, "does not say who may send"),
        (["v=spf10 mx -all"], State.FAIL, "does not say who may send"),
        (["v=spf1 a -all", "v=spf1 mx -all"], State.FAIL, "2 records"),
        (["v=spf1 +all"], State.WARN, "lets everybody send"),
    ],
)
def test_spf_is_one_record_that_keeps_others_out(
    records: list[str], state: State, said: str
) -> None:
    with name_server({"news.example.org": records}):
        finding = mail.spf()
    assert finding.state == state
    assert said in finding.what


def test_the_key_of_our_signatures_has_to_be_published(settings: Settings) -> None:
    assert mail.dkim().state == State.SKIP
    settings.NEXUS_DKIM_KEY = rsa_key()
    settings.NEXUS_DKIM_DOMAIN, settings.NEXUS_DKIM_SELECTOR = "example.org", "autumn"
    name, wanted = dkim.record()
    assert name == "autumn._domainkey.example.org"
    with name_server({name: [wanted]}):
        assert mail.dkim().state == State.OK
    with name_server({name: ["v=DKIM1; k=rsa; p=another"]}):
        finding = mail.dkim()
    assert finding.state == State.FAIL
    assert wanted in finding.todo


def test_a_signature_of_another_domain_is_told(settings: Settings) -> None:
    settings.NEXUS_DKIM_KEY, settings.NEXUS_DKIM_DOMAIN = rsa_key(), "example.net"
    assert "signed for example.net, which DMARC does not count" in mail.dkim().what


def rsa_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.parametrize(
    ("zone", "state", "said"),
    [
        (
            {"_dmarc.news.example.org": ["v=DMARC1; p=reject"]},
            State.OK,
            "_dmarc.news.example.org: v=DMARC1; p=reject",
        ),
        ({"_dmarc.example.org": ["v=DMARC1; p=none"]}, State.OK, "_dmarc.example.org"),
        ({"_dmarc.org": ["v=DMARC1; p=none"]}, State.FAIL, "has no policy"),
        ({}, State.FAIL, "has no policy"),
        ({"_dmarc.example.org": ["v=DMARC1", "v=DMARC1;"]}, State.FAIL, "2 records"),
    ],
)
def test_the_policy_may_stand_at_the_domain_above(
    zone: dict[str, list[str]], state: State, said: str
) -> None:
    with name_server(zone):
        finding = mail.dmarc()
    assert finding.state == state
    assert said in finding.what


def test_without_a_name_server_the_domain_is_skipped_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dns.resolver, "default_resolver", resolver(CLOSED_PORT))
    monkeypatch.setattr(names, "LIFETIME_SECONDS", 0.2)
    finding = mail.spf()
    assert finding.state == State.SKIP
    assert finding.what.startswith("no name server answers")


def test_where_no_mail_leaves_the_domain_does_not_matter(settings: Settings) -> None:
    settings.EMAIL_HOST = ""
    assert mail.dmarc().state == State.SKIP


def test_a_sender_in_no_domain_is_told(settings: Settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "nexus@localhost"
    assert mail.spf().todo == "set NEXUS_MAIL_FROM to an address that exists"


def test_pages_and_unsubscribe_link_are_asked_where_mails_lead(
    settings: Settings, live_server: LiveServer
) -> None:
    settings.BASE_URL = live_server.url
    assert mail.pages().what == f"{live_server.url} answers, without TLS"
    assert mail.unsubscribe_link().state == State.OK


def test_the_link_of_a_reader_is_opened_and_ends_nothing(
    settings: Settings, live_server: LiveServer
) -> None:
    settings.BASE_URL = live_server.url
    subscription = add_reader(make_hub())
    assert mail.unsubscribe_link().state == State.OK
    subscription.refresh_from_db()
    assert subscription.is_active


@pytest.mark.django_db
def test_the_size_of_the_newest_digests_is_told() -> None:
    assert mail.size().state == State.SKIP
    make_edition(make_hub())
    finding = mail.size()
    assert finding.state == State.OK
    assert finding.what.endswith("KB of the 102 at which Gmail clips")


@pytest.mark.django_db
def test_pages_that_nobody_serves_are_told(settings: Settings) -> None:
    settings.BASE_URL = f"http://127.0.0.1:{CLOSED_PORT}"
    assert mail.pages().state == State.WARN
    assert mail.unsubscribe_link().state == State.SKIP


@contextmanager
def proxy(status: int) -> Iterator[str]:
    """Something else at the base URL, which answers everything in one way."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(status)
            self.send_header("Location", "/login/")
            self.end_headers()

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *_: object) -> None:
            """Keep the tests' output clean."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.django_db
@pytest.mark.parametrize("status", [301, 401, 403])
def test_a_proxy_in_the_way_of_the_one_click_is_told(
    settings: Settings, status: int
) -> None:
    with proxy(status) as settings.BASE_URL:
        assert mail.unsubscribe_link().state == State.FAIL
        assert mail.pages().what.endswith(f"answers {status}")


@pytest.mark.django_db
def test_staff_see_it_on_a_page(client: Client, settings: Settings) -> None:
    settings.EMAIL_HOST = ""
    client.force_login(User.objects.create_user("operator", is_staff=True))
    page = client.get(reverse("mail_doctor")).content.decode()
    assert "no mail leaves this machine without EMAIL_URL" in page
    assert 'class="state skipped">skip' in page


@pytest.mark.django_db
def test_others_do_not(client: Client) -> None:
    assert client.get(reverse("mail_doctor")).status_code == 302
    client.force_login(User.objects.create_user("learner"))
    assert client.get(reverse("mail_doctor")).status_code == 403
