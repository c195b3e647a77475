"""What a mail server's answers mean.

What matters after a failure is whether the message may have gone out all the same, so
each error says so: only LineLostError leaves it open.
"""

from __future__ import annotations

import re

from notes.errors import NexusError, TransientError

FAILURE = 400
PERMANENT = 500
SERVICE_CLOSING = 421
ENHANCED_STATUS = re.compile(r"\b[45]\.(\d{1,3}\.\d{1,3})\b")


class AddressRefusedError(NexusError):
    """The server will never take this mail for this address."""


class NoSuchAddressError(AddressRefusedError):
    """The server says that the address itself does not exist."""


class AddressDeferredError(NexusError):
    """The server takes nothing for this address, or for its domain, now."""


class MailboxDeferredError(AddressDeferredError):
    """The server says that it is about this mailbox alone, such as a full one."""


class SenderRefusedError(NexusError):
    """The server takes no mail from us at all until somebody mends the settings."""


class ServerAwayError(TransientError):
    """There is no server now; the message has certainly not gone out."""


class LineLostError(TransientError):
    """The line broke after the message was sent and before it was acknowledged."""


def judge(code: int, said: str) -> None:
    """Raise what an answer about an address or a message means, unless it is a yes."""
    if code < FAILURE:
        return
    if code == SERVICE_CLOSING:
        raise ServerAwayError(f"The mail server answered {said}")
    raise refusal(said) if code >= PERMANENT else deferral(said)


def judge_server(code: int, said: str) -> None:
    """The same of an answer that is about ourselves."""
    if code >= PERMANENT:
        raise SenderRefusedError(f"The mail server answered {said}")
    if code >= FAILURE:
        raise ServerAwayError(f"The mail server answered {said}")


def refusal(said: str) -> AddressRefusedError:
    """What a permanent refusal such as `550 5.1.1 User unknown` is about.

    By RFC 3463 x.1 is about the address and x.2.1 a closed mailbox; all else, policy
    and size above all, says nothing about whether the address exists.
    """
    match = ENHANCED_STATUS.search(said)
    about_address = match[1].startswith(("1.", "2.1")) if match else False
    if about_address or (not match and said.startswith(("550", "551", "553"))):
        return NoSuchAddressError(said)
    return AddressRefusedError(said)


def deferral(said: str) -> AddressDeferredError:
    """What `450 4.2.0 Greylisted` is about: by RFC 3463 x.2 is the mailbox."""
    match = ENHANCED_STATUS.search(said)
    if match and match[1].startswith("2."):
        return MailboxDeferredError(said)
    return AddressDeferredError(said)
