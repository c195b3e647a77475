"""Checks of what mailbox providers look at: the sending domain and its links."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from email.utils import parseaddr
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from nexus.doctor import names
from nexus.doctor.examination import Check
from nexus.doctor.findings import Finding, fail, ok, one_line, skip, warn
from notes.digests import dkim as signing
from notes.digests import tokens
from notes.digests.overdue import overdue
from notes.digests.preview import letter_of
from notes.models import Edition, Subscriber

TIMEOUT_SECONDS = 5
GMAIL_CLIPS_AT = 102 * 1024
NEWEST = 5
PASSES_EVERYBODY = re.compile(r"\+?all")
P = ParamSpec("P")


def of_the_domain(
    look: Callable[Concatenate[str, P], Finding],
) -> Callable[P, Finding]:
    """Hand the sending domain to a check, which is skipped where that says nothing."""

    @wraps(look)
    def checked(*args: P.args, **kwargs: P.kwargs) -> Finding:
        domain = sending_domain()
        if not settings.EMAIL_HOST:
            return skip("no mail leaves this machine without EMAIL_URL")
        if "." not in domain:
            return warn(
                f"mails come from {settings.DEFAULT_FROM_EMAIL}, which is in no domain",
                "set NEXUS_MAIL_FROM to an address that exists",
            )
        try:
            return look(domain, *args, **kwargs)
        except names.NameServerAwayError:
            return skip(f"no name server answers, so nobody knows about {domain}")

    return checked


def sending_domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2].lower()


@of_the_domain
def spf(domain: str) -> Finding:
    """RFC 7208: one record that says who may send, and that others may not."""
    found = [text for text in names.texts(domain) if re.match(r"v=spf1( |$)", text)]
    if not found:
        return fail(
            f"{domain} does not say who may send for it",
            f'add a TXT record such as "v=spf1 mx include:... -all" to {domain}',
        )
    if len(found) > 1:
        return fail(f"{domain} has {len(found)} records", "keep one: two count as none")
    terms = found[0].lower().split()
    if any(PASSES_EVERYBODY.fullmatch(term) for term in terms):
        return warn(f"{found[0]} lets everybody send", "end it with -all or ~all")
    return ok(found[0])


@of_the_domain
def dkim(domain: str) -> Finding:
    """RFC 6376: the public half of the key with which our mails are signed."""
    if not settings.NEXUS_DKIM_KEY:
        return skip("mails are not signed here: your mail server has to do it")
    if settings.NEXUS_DKIM_DOMAIN.lower() not in above(domain):
        return fail(
            f"mails from {domain} are signed for {settings.NEXUS_DKIM_DOMAIN}, which "
            "DMARC does not count",
            "unset NEXUS_DKIM_DOMAIN or name a domain above the sender's",
        )
    name, wanted = signing.record()
    key = wanted.partition("p=")[2]
    if any(key in text.replace(" ", "") for text in names.texts(name)):
        return ok(f"{name} holds the key that signs our mails")
    return fail(
        f"{name} does not hold the key that signs our mails",
        f'add the TXT record "{wanted}" to {name}',
    )


@of_the_domain
def dmarc(domain: str) -> Finding:
    """RFC 7489: of the domain itself, else of one above it."""
    for name in above(domain):
        found = [text for text in names.texts(f"_dmarc.{name}") if is_dmarc(text)]
        if len(found) > 1:
            return fail(f"_dmarc.{name} has {len(found)} records", "keep one")
        if found:
            return ok(f"_dmarc.{name}: {found[0]}")
    return fail(
        f"{domain} has no policy, which Gmail and Yahoo ask of whoever sends much",
        f'add a TXT record such as "v=DMARC1; p=none" to _dmarc.{domain}',
    )


def is_dmarc(text: str) -> bool:
    return bool(re.match(r"v=DMARC1\s*(;|$)", text))


def above(domain: str) -> Iterator[str]:
    """The domain and those above it, without the one at the top: a.b.org, b.org."""
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        yield ".".join(labels[start:])


def pages() -> Finding:
    """Whether what mails link to answers, over https where strangers are to come."""
    url = settings.BASE_URL + reverse("health")
    status = answer_of(url)
    if isinstance(status, str):
        return warn(
            f"{settings.BASE_URL} does not answer here: {status}",
            "open it in a browser; if that fails too, look at the proxy and the web "
            "process",
        )
    if status != HTTPStatus.OK:
        return warn(f"{url} answers {status}", "does the proxy lead to this Nexus?")
    if urlsplit(settings.BASE_URL).scheme != "https":
        return ok(f"{settings.BASE_URL} answers, without TLS")
    return ok(f"{settings.BASE_URL} answers, with a valid certificate")


def unsubscribe_link() -> Finding:
    """Mail programs post to it without cookies and follow no redirect (RFC 8058).

    The link asked here ends nobody's subscription: its token is not ours. What a
    working one gets on its way, a refusal or a redirect by a proxy, it gets too.
    """
    url = settings.BASE_URL + reverse("unsubscribe", args=["doctor"])
    status = answer_of(url, data=b"List-Unsubscribe=One-Click")
    if isinstance(status, str):
        return skip(f"not reached: {status}")
    if status != HTTPStatus.NOT_FOUND:
        return fail(
            f"a POST without cookies is answered with {status}",
            "let the proxy pass POST /s/... on as it is, without a login or a redirect",
        )
    reader = Subscriber.objects.order_by("-id").first()
    if reader and answer_of(tokens.unsubscribe_url(reader)) != HTTPStatus.OK:
        return fail("a reader's own link does not open", "see the web process's log")
    return ok("takes a POST without cookies and does not redirect")


def size() -> Finding:
    """Gmail clips a mail whose HTML is larger than 102 KB, with the way to leave."""
    newest = Edition.objects.select_related("hub").order_by("-composed_at")[:NEWEST]
    if not newest:
        return skip("no digest has been composed yet")
    largest = max(len(letter_of(edition).html.encode()) for edition in newest)
    said = f"the largest of the newest digests has {largest / 1024:.0f} KB"
    if largest > GMAIL_CLIPS_AT:
        return fail(f"{said}, and Gmail clips at 102", "tell the developers of Nexus")
    return ok(f"{said} of the 102 at which Gmail clips")


def digests() -> Finding:
    """Nothing should have been composed or sent over an hour ago and is not."""
    late = overdue(timezone.now())
    if not late:
        return ok("none is overdue")
    return fail(
        "; ".join(f"{one.hub.slug} {one.week} {one.what}" for one in late),
        f"see {settings.BASE_URL}{reverse('mail_overview')} and the checks above",
    )


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def answer_of(url: str, data: bytes | None = None) -> int | str:
    """The status, or why there is none; http and https only, by BASE_URL."""
    opener = urllib.request.build_opener(NoRedirect)
    request = urllib.request.Request(  # noqa: S310
        url, data, headers={"User-Agent": "Nexus doctor"}
    )
    try:
        with opener.open(request, timeout=TIMEOUT_SECONDS) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError as error:
        return one_line(error)


MAIL_CHECKS = (
    Check("digests", digests, needs="migrations"),
    Check("SPF", spf),
    Check("DKIM", dkim),
    Check("DMARC", dmarc),
    Check("pages", pages),
    Check("unsubscribe link", unsubscribe_link, needs="migrations"),
    Check("size of mails", size, needs="migrations"),
)
