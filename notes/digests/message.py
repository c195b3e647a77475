"""Builds the mails: the parts of an edition with the headers of one reader's own."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.generator import BytesGenerator
from email.utils import formataddr, formatdate, make_msgid, parseaddr
from functools import cached_property, partial
from io import BytesIO
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.message import sanitize_address
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from notes.digests import dkim, mime, render, tokens
from notes.digests.mime import Template
from notes.digests.pieces import Piece, fit
from notes.digests.render import Source
from notes.digests.schedule import Week
from notes.digests.wording import listed, some
from notes.models import Edition, Hub, Subscriber, Subscription

MOST_EDITIONS = 24  # in a mail; more would be no more than their titles
OWN_LINKS = 1000  # bytes that a reader's links are longer than what stands for them
LONGEST_LINE = 998  # what a mail server has to take, by RFC 5321
PLAIN = re.compile(r"[\w.+-]+@[\w.-]+", re.ASCII)


@dataclass(frozen=True)
class Envelope:
    """A mail as it goes over the line, to one address; or as Django's backends want it.

    ``raw`` holds no line that begins with a dot, so it needs no stuffing.
    """

    sender: str
    to: str
    raw: bytes
    message: Callable[[], EmailMessage]


@dataclass(frozen=True)
class Letter:
    """A mail on its way to people; made once for all who get the same pieces."""

    name: str
    campaign: str
    subject: str
    text: str
    html: str
    sender: str

    @classmethod
    def of(cls, parts: Sequence[tuple[Edition, Sequence[Piece]]]) -> Self:
        """Put together what was selected of one or more editions."""
        editions = [edition for edition, _ in parts]
        subject, summary = _subject(editions), editions[0].summary
        before, after, foot = render.frame(
            subject=subject,
            summary=summary,
            sources=[_source(edition) for edition in editions[:MOST_EDITIONS]],
            left_out=max(len(editions) - MOST_EDITIONS, 0),
        )
        room = render.MAX_HTML_BYTES - len((before + after).encode()) - OWN_LINKS
        chosen = _fitted([pieces for _, pieces in parts[:MOST_EDITIONS]], room)
        texts = [piece.text for piece in chosen if piece.text]
        return cls(
            name=name_of(editions),
            campaign=max(edition.week for edition in editions),
            subject=subject,
            text="\n\n".join([*texts, foot]),
            html=before + "".join(piece.html for piece in chosen) + after,
            sender=_sender(editions[0].hub if len(editions) == 1 else None),
        )

    def to(self, subscriber: Subscriber) -> Envelope:
        """The mail for one reader; nothing is built but what is the reader's own."""
        links = self._links(subscriber)
        own = self._own_headers(subscriber, links)
        lines = [mime.header(name, value) for name, value in own.items()]
        return Envelope(
            sender=self._address,
            to=own["To"],
            raw=dkim.sign(self._template.fill(b"".join(lines), links)),
            message=partial(self.message, subscriber),
        )

    def message(self, subscriber: Subscriber) -> EmailMultiAlternatives:
        """The same mail as Django's backends want it."""
        links = self._links(subscriber)
        own = self._own_headers(subscriber, links)
        return _message(
            subject=self.subject,
            text=render.personalise(self.text, links),
            html=render.personalise(self.html, links),
            sender=self.sender,
            to=own.pop("To"),
            headers={**own, **self._headers},
        )

    def _own_headers(
        self, subscriber: Subscriber, links: Mapping[str, str]
    ) -> dict[str, str]:
        """Those of one reader, with the one-click link of RFC 8058."""
        return {
            "To": _address(subscriber.email),
            "Message-ID": message_id(self.name, subscriber),
            "List-Unsubscribe": f"<{links['unsubscribe_url']}>",
        }

    def _links(self, subscriber: Subscriber) -> dict[str, str]:
        return {
            "unsubscribe_url": tokens.unsubscribe_url(subscriber),
            "preferences_url": tokens.preferences_url(subscriber),
        }

    @cached_property
    def _headers(self) -> dict[str, str]:
        """Those that are everybody's."""
        return {
            "List-Id": f"<digest.{_host()}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Feedback-ID": f"{self.campaign}:digest:nexus:{_host()}",
        }

    @cached_property
    def _address(self) -> str:
        return parseaddr(self.sender)[1]

    @cached_property
    def _template(self) -> Template:
        shared = _shared_headers(subject=self.subject, sender=self.sender)
        return Template.of(
            {**shared, **self._headers},
            text=self.text,
            html=self.html,
            gaps=render.PLACEHOLDERS,
            boundary=_boundary(),
        )


def name_of(editions: Iterable[Edition]) -> str:
    return ",".join(f"{edition.hub.slug}:{edition.week}" for edition in editions)


def message_id(name: str, subscriber: Subscriber) -> str:
    """The same for the same editions and reader, and nothing about either."""
    value = f"{name}:{subscriber.pk}"
    secret = salted_hmac("notes.digests.message_id", value, algorithm="sha256")
    return f"<{secret.hexdigest()[:40]}@{_host()}>"


def _fitted(parts: Sequence[Sequence[Piece]], room: int) -> list[Piece]:
    """Each edition as a whole, or where that is too long its share of the room."""
    fits = sum(piece.bytes for pieces in parts for piece in pieces) <= room
    share = room if fits else room // len(parts)
    return [piece for pieces in parts for piece in fit(pieces, max_bytes=share)]


def _subject(editions: Sequence[Edition]) -> str:
    if len(editions) == 1:
        return editions[0].subject
    weeks = sorted({Week.parse(edition.week) for edition in editions})
    hubs = list(dict.fromkeys(edition.hub.title for edition in editions))
    week = f"week {listed([str(week.number) for week in weeks])}"
    return f"{some(hubs, at_most=render.MOST_HUBS)}, {week}"


def _source(edition: Edition) -> Source:
    return Source(
        hub_title=edition.hub.title,
        hub_url=settings.BASE_URL + edition.hub.get_absolute_url(),
        edition_url=settings.BASE_URL + edition.get_absolute_url(),
    )


def confirmation(subscription: Subscription) -> Envelope:
    """The question to a new subscriber whether it was really them."""
    asked = list(tokens.pending(subscription.subscriber).select_related("hub"))
    subject = listed([one.subject for one in asked or [subscription]])
    hub = subscription.hub if len(asked) <= 1 else None
    path = hub.get_absolute_url() if hub else reverse("home")
    text, html = render.confirmation(
        hub_title=subject,
        hub_url=settings.BASE_URL + path,
        confirm_url=tokens.confirm_url(subscription),
    )
    title = render.confirmation_subject(subject)
    sender, to = _sender(hub), _address(subscription.subscriber.email)
    headers = {"Message-ID": make_msgid(domain=_host())}
    shared = _shared_headers(subject=title, sender=sender)
    template = Template.of(
        {**shared, "To": to, **headers},
        text=text,
        html=html,
        gaps={},
        boundary=_boundary(),
    )
    return Envelope(
        sender=parseaddr(sender)[1],
        to=to,
        raw=dkim.sign(template.fill(b"", {})),
        message=partial(
            _message,
            subject=title,
            text=text,
            html=html,
            sender=sender,
            to=to,
            headers=headers,
        ),
    )


AUTOMATIC = {"Auto-Submitted": "auto-generated", "Content-Language": "en"}


def _shared_headers(*, subject: str, sender: str) -> dict[str, str]:
    return {
        "From": sender,
        "Subject": subject,
        "Date": formatdate(timezone.now().timestamp()),
        **AUTOMATIC,
    }


def _message(
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
        headers={**AUTOMATIC, **headers},
    )
    mail.attach_alternative(html, "text/html")
    return mail


def encode(mail: EmailMessage) -> bytes:
    """A mail of Django's as it goes over the line.

    Links in headers stay on their line: not every reader of List-Unsubscribe unfolds.
    """
    buffer = BytesIO()
    generator = BytesGenerator(buffer, mangle_from_=False, maxheaderlen=LONGEST_LINE)
    generator.flatten(mail.message(), linesep="\r\n")
    return buffer.getvalue()


def _boundary() -> str:
    return f"=_{secrets.token_hex(12)}"


def _address(email: str) -> str:
    """As servers take it: a domain of other than Latin letters in its ASCII form."""
    return email if PLAIN.fullmatch(email) else sanitize_address(email, "utf-8")


def _sender(hub: Hub | None) -> str:
    """The configured address and name; else the name is that of the mail's one hub."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    address = _address(address)
    title = " ".join(hub.title.split()) if hub else "Nexus"
    return formataddr((name or title, address))


def _host() -> str:
    """The domain that names our mails: the sender's, else the web pages' host."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return domain or urlsplit(settings.BASE_URL).hostname or "localhost"
