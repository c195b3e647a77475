"""Reads what comes back by mail: delivery reports (RFC 3464), complaints (RFC 5965).

A pure function of the bytes. Whoever likes may write such a mail, so nothing in it is
believed here; `notes.digests.returns` looks for the delivery that it proves to know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses
from enum import StrEnum

MAX_BYTES = 1024 * 1024
RECIPIENTS = ("Original-Recipient", "Final-Recipient")
MESSAGE_ID = re.compile(r"<[^<>\s]+@[^<>\s]+>")
UNSUBSCRIBE_TOKEN = re.compile(r"/s/([^/>\s]+)/unsubscribe/")
UNDEFINED_STATUS = re.compile(r"\d\.0\.0")


class Kind(StrEnum):
    DELIVERED = "delivered"
    DELAYED = "delayed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


# RFC 3464, 2.3.3; expanded means that a mailing list took it.
KINDS = {
    "failed": Kind.BOUNCED,
    "delayed": Kind.DELAYED,
    "delivered": Kind.DELIVERED,
    "relayed": Kind.DELIVERED,
    "expanded": Kind.DELIVERED,
}


@dataclass(frozen=True)
class Report:
    """What became of a mail, by what its sender calls it and whom it went to.

    Complaints often hide the address; ``tokens`` are those of the unsubscribe links.
    ``said`` is the server's answer in the form of SMTP, such as `550 5.1.1 Unknown`.
    """

    kind: Kind
    said: str
    message_ids: frozenset[str]
    addresses: frozenset[str]
    tokens: frozenset[str] = frozenset()


def read(raw: bytes) -> Report | None:
    """The report in a mail; None when the mail is no report that machines write."""
    mail = message_from_bytes(raw[:MAX_BYTES])
    match str(mail.get_param("report-type")).lower():
        case "delivery-status":
            return _delivery_report(mail)
        case "feedback-report":
            return _complaint(mail)
    return None


def _delivery_report(mail: Message) -> Report | None:
    """About the first address that it calls failed; our mails go to one address."""
    blocks = list(_blocks(mail, "message/delivery-status"))
    told = [block for block in blocks if _word(block, "Action") in KINDS]
    if not told:
        return None
    block = next((one for one in told if _word(one, "Action") == "failed"), told[0])
    claimed = [_after_type(one, name) for one in told for name in RECIPIENTS]
    kind = KINDS[_word(block, "Action")]
    whom = _whom(mail, claimed)
    return Report(kind, _said(block), _ids(mail), whom, _tokens(mail))


def _complaint(mail: Message) -> Report | None:
    block = next(_blocks(mail, "message/feedback-report"), None)
    kind = _word(block, "Feedback-Type") if block else ""
    if block is None or kind == "not-spam":
        return None
    said = f"Reported as {kind or 'abuse'} by {_text(block, 'User-Agent')}"
    claimed = [_text(block, "Original-Rcpt-To").strip("<>")]
    whom = _whom(mail, claimed)
    return Report(Kind.COMPLAINED, said, _ids(mail), whom, _tokens(mail))


def _said(block: Message) -> str:
    """The diagnostic, with the status put in where the server gave only the other."""
    status = _text(block, "Status").partition(" ")[0]
    said = _after_type(block, "Diagnostic-Code")
    is_told = status in said or UNDEFINED_STATUS.fullmatch(status)
    if is_told and said:
        return said
    code, _, rest = said.partition(" ")
    if re.fullmatch(r"\d{3}", code):
        return f"{code} {status} {rest}"
    return f"{status} {said}".strip()


def _blocks(mail: Message, content_type: str) -> Iterator[Message]:
    for part in mail.walk():
        if part.get_content_type() == content_type and part.is_multipart():
            yield from part.get_payload()  # type: ignore[misc]


def _returned(mail: Message) -> Iterator[Message]:
    """The mail that the report is about, or its headers alone."""
    for part in mail.walk():
        match part.get_content_type():
            case "message/rfc822" | "message/global" if part.is_multipart():
                yield from part.get_payload()  # type: ignore[misc]
            case "text/rfc822-headers" | "message/global-headers":
                yield message_from_bytes(part.get_payload(decode=True) or b"")  # type: ignore[arg-type]


def _ids(mail: Message) -> frozenset[str]:
    """Every Message-ID that it may mean: of the mail returned, or answered to."""
    named = [_text(one, "Message-ID") for one in _returned(mail)]
    named += [_text(mail, name) for name in ("In-Reply-To", "References")]
    return frozenset(MESSAGE_ID.findall(" ".join(named)))


def _tokens(mail: Message) -> frozenset[str]:
    links = " ".join(_text(one, "List-Unsubscribe") for one in _returned(mail))
    return frozenset(UNSUBSCRIBE_TOKEN.findall(links))


def _whom(mail: Message, claimed: list[str]) -> frozenset[str]:
    headers = [_text(one, "To") for one in _returned(mail)]
    addresses = [address for _, address in getaddresses([*headers, *claimed])]
    return frozenset(address.lower() for address in addresses if "@" in address)


def _after_type(block: Message, name: str) -> str:
    """What follows the type in `smtp; 550 ...` and `rfc822; name@example.org`."""
    return _text(block, name).partition(";")[2].strip()


def _word(block: Message, name: str) -> str:
    return _text(block, name).lower().partition(" ")[0]


def _text(message: Message, name: str) -> str:
    """A header in one line; empty when it is missing."""
    return " ".join(str(message.get(name, "")).split())
