"""Builds the mails: the parts of an edition with the headers of one reader's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.generator import BytesGenerator
from email.utils import formataddr, parseaddr
from io import BytesIO
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.utils.crypto import salted_hmac

from notes.digests import render, tokens
from notes.models import Edition, Hub, Subscription

LONGEST_LINE = 998  # what a mail server has to take, by RFC 5321


@dataclass(frozen=True)
class Letter:
    """An edition on its way to people; made once for all of them."""

    hub: Hub
    week: str
    subject: str
    text: str
    html: str

    @classmethod
    def of(cls, edition: Edition) -> Self:
        return cls(
            edition.hub, edition.week, edition.subject, edition.text, edition.html
        )

    def to(self, subscription: Subscription) -> EmailMultiAlternatives:
        """The mail for one reader, with the one-click headers of RFC 8058."""
        url = tokens.unsubscribe_url(subscription)
        links = {
            "unsubscribe_url": url,
            "preferences_url": tokens.preferences_url(subscription),
        }
        return _mail(
            subject=self.subject,
            text=render.personalise(self.text, links),
            html=render.personalise(self.html, links),
            sender=_sender(self.hub),
            to=subscription.subscriber.email,
            headers={
                "Message-ID": self._message_id(subscription),
                "List-Id": f"<{self.hub.slug}.digest.{_host()}>",
                "List-Unsubscribe": f"<{url}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
        )

    def _message_id(self, subscription: Subscription) -> str:
        """The same for the same edition and reader, and nothing about either."""
        name = f"{self.hub.slug}:{self.week}:{subscription.pk}"
        secret = salted_hmac("notes.digests.message_id", name, algorithm="sha256")
        return f"<{secret.hexdigest()[:40]}@{_host()}>"


def confirmation(subscription: Subscription) -> EmailMultiAlternatives:
    """The question to a new subscriber whether it was really them."""
    hub = subscription.hub
    text, html = render.confirmation(
        hub_title=hub.title,
        hub_url=settings.BASE_URL + hub.get_absolute_url(),
        confirm_url=tokens.confirm_url(subscription),
    )
    return _mail(
        subject=render.confirmation_subject(hub.title),
        text=text,
        html=html,
        sender=_sender(hub),
        to=subscription.subscriber.email,
        headers={},
    )


def encode(mail: EmailMessage) -> bytes:
    """The mail as it goes over the line.

    Links in headers stay on their line: not every reader of List-Unsubscribe unfolds.
    """
    buffer = BytesIO()
    generator = BytesGenerator(buffer, mangle_from_=False, maxheaderlen=LONGEST_LINE)
    generator.flatten(mail.message(), linesep="\r\n")
    return buffer.getvalue()


def _mail(
    *,
    subject: str,
    text: str,
    html: str,
    sender: str,
    to: str,
    headers: Mapping[str, str],
) -> EmailMultiAlternatives:
    mail = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=text,
        from_email=sender,
        to=[to],
        headers={
            "Auto-Submitted": "auto-generated",
            "Content-Language": "en",
            **headers,
        },
    )
    mail.attach_alternative(html, "text/html")
    return mail


def _sender(hub: Hub) -> str:
    """The configured address; the hub's title is its name unless one is configured."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((name or " ".join(hub.title.split()), address))


def _host() -> str:
    """The domain that names our mails: the sender's, else the web pages' host."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return domain or urlsplit(settings.BASE_URL).hostname or "localhost"
