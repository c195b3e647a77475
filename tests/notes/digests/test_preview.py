"""A test of a digest, sent by a real mail server to one person."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from notes.digests import preview
from notes.errors import TransientError
from notes.models import Delivery, Hub
from tests.notes.digests.smtp import Postman
from tests.notes.digests.weeks import WEEK, add_note, make_edition

ADDRESS = "curious@example.org"


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create_user("curious", ADDRESS)


def test_a_test_is_the_digest_and_says_that_it_is_one(
    hub: Hub, postman: Postman, user: User
) -> None:
    make_edition(hub, "reader@example.org")
    assert preview.send_test(hub, WEEK, user) == f"sent to {ADDRESS}"
    (mail,) = postman.mails
    assert (mail["To"], mail["Subject"]) == (
        ADDRESS,
        "[Test] Backend hub, week 47: 1 note",
    )
    assert Delivery.objects.get().state == Delivery.State.QUEUED


def test_a_week_that_is_not_frozen_is_sent_as_it_would_be(
    hub: Hub, postman: Postman, user: User
) -> None:
    add_note(hub, body="Not frozen.")
    preview.send_test(hub, WEEK, user)
    assert "Not frozen." in postman.raw[0].decode()
    assert not hub.editions.exists()


def test_an_empty_week_or_a_lost_address_sends_nothing(
    hub: Hub, postman: Postman, user: User
) -> None:
    assert "nothing to test" in preview.send_test(hub, WEEK, user)
    add_note(hub)
    assert "no address" in preview.send_test(hub, WEEK, None)
    assert postman.mails == []


def test_a_server_that_refuses_is_told_of_and_one_that_defers_is_tried_again(
    hub: Hub, postman: Postman, user: User
) -> None:
    add_note(hub)
    postman.at_rcpt[ADDRESS] = "550 5.1.1 Unknown"
    assert "refuses" in preview.send_test(hub, WEEK, user)
    postman.at_rcpt[ADDRESS] = "451 4.3.0 Later"
    with pytest.raises(TransientError):
        preview.send_test(hub, WEEK, user)
