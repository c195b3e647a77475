from __future__ import annotations

import pytest

from notes.digests.answers import (
    MailboxDeferredError,
    NoSuchAddressError,
    deferral,
    refusal,
)


@pytest.mark.parametrize(
    ("said", "is_about_address"),
    [
        ("550 5.1.1 User unknown", True),
        ("550 5.2.1 Mailbox disabled", True),
        ("551 User not local", True),
        ("550 No such user", True),
        ("552 5.2.2 Mailbox full", False),
        ("550 5.7.1 Blocked by policy", False),
        ("554 Relay access denied", False),
    ],
)
def test_only_some_refusals_are_about_the_address(
    said: str, is_about_address: bool
) -> None:
    assert isinstance(refusal(said), NoSuchAddressError) is is_about_address


@pytest.mark.parametrize(
    ("said", "is_about_mailbox"),
    [
        ("450 4.2.0 Greylisted", True),
        ("452 4.2.2 Mailbox full", True),
        ("451 4.7.1 Too many mails from you", False),
        ("450 Try later", False),
    ],
)
def test_only_some_deferrals_are_about_the_mailbox_alone(
    said: str, is_about_mailbox: bool
) -> None:
    assert isinstance(deferral(said), MailboxDeferredError) is is_about_mailbox
