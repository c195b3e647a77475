"""What comes back about mails that have really been sent."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from notes.digests import deliver, reports, returns, suppression
from notes.digests.reports import Report
from notes.models import Delivery, Event, EventKind, Hub, Subscriber
from tests.notes.digests.slips import RETURNED, bounce, complaint
from tests.notes.digests.smtp import Postman
from tests.notes.digests.weeks import (
    add_note,
    add_reader,
    make_edition,
    make_hub,
    publish_week,
)

READER, OTHER = "reader@example.org", "other@example.org"
State = Delivery.State


def send() -> None:
    for shard in range(settings.NEXUS_MAIL_SHARDS):
        deliver.send_shard(shard, seconds=60)


@pytest.fixture
def returned(hub: Hub, postman: Postman) -> str:
    """The headers of the mail to READER, as a mail server returns them."""
    make_edition(hub, READER, OTHER)
    send()
    number = postman.addresses.index(READER)
    return postman.raw[number].partition(b"\r\n\r\n")[0].decode()


def take(raw: bytes, **options: Any) -> str:
    report = reports.read(raw)
    assert report is not None
    return returns.take(report, **options)


def delivery(address: str = READER) -> Delivery:
    return Delivery.objects.get(subscriber__email=address)


def suppressed() -> list[str]:
    found = Subscriber.objects.filter(refused_at__isnull=False)
    return list(found.values_list("email", flat=True))


def test_a_hard_bounce_fails_the_delivery_and_ends_the_address(returned: str) -> None:
    assert take(bounce(returned=returned)) == (
        "the delivery is failed, the address gets nothing any more"
    )
    assert delivery().state == State.FAILED
    assert "550 5.1.1" in delivery().error
    assert suppressed() == [READER]
    assert delivery(OTHER).state == State.SENT


@pytest.mark.parametrize(
    "diagnostic", ["X-Postfix; unknown user", "smtp; 550 Unknown", "smtp; 5.1.1"]
)
def test_servers_say_in_many_ways_that_there_is_no_such_address(
    returned: str, diagnostic: str
) -> None:
    take(bounce(diagnostic=diagnostic, returned=returned))
    assert suppressed() == [READER]


@pytest.mark.parametrize(
    ("status", "diagnostic"),
    [
        ("5.2.2", "smtp; 552 5.2.2 mailbox full"),
        ("5.7.1", "smtp; 550 5.7.1 policy"),
        ("4.4.7", "smtp; 451 4.4.7 expired"),
    ],
)
def test_a_soft_bounce_fails_the_delivery_alone(
    returned: str, status: str, diagnostic: str
) -> None:
    take(bounce(status=status, diagnostic=diagnostic, returned=returned))
    assert delivery().state == State.FAILED
    assert suppressed() == []


def test_a_delay_changes_nothing(returned: str) -> None:
    said = take(bounce(action="delayed", status="4.4.1", returned=returned))
    assert said == "is noted, nothing is changed"
    assert delivery().state == State.SENT


@pytest.mark.parametrize(
    ("action", "state"), [("failed", State.FAILED), ("delivered", State.SENT)]
)
def test_a_report_settles_a_doubt(returned: str, action: str, state: State) -> None:
    Delivery.objects.update(state=State.DOUBT)
    take(bounce(action=action, returned=returned))
    assert delivery().state == state
    assert delivery(OTHER).state == State.DOUBT
    told = Event.objects.get(kind=EventKind.DELIVERY_REPORTED)
    assert (told.data["delivery"], told.data["state"]) == (delivery().pk, state)


def test_a_complaint_ends_the_address_and_shows_that_the_mail_arrived(
    returned: str,
) -> None:
    Delivery.objects.update(state=State.DOUBT)
    take(complaint(returned=returned))
    assert delivery().state == State.SENT
    assert Subscriber.objects.get(email=READER).refusal == (
        "Reported as abuse by ExampleFBL/1.0"
    )


def test_a_complaint_that_hides_the_address_is_known_by_the_link_to_leave(
    returned: str,
) -> None:
    hidden = returned.replace(READER, "redacted@example.invalid")
    take(complaint(address="redacted@example.invalid", returned=hidden))
    assert suppressed() == [READER]


def test_a_link_that_we_never_wrote_is_nobodys(returned: str) -> None:
    forged = RETURNED.replace("To: reader", "To: redacted")
    assert take(complaint(address="", returned=forged)) == returns.NOT_OURS


def test_a_report_that_comes_twice_is_taken_once(returned: str) -> None:
    take(bounce(returned=returned))
    assert take(bounce(returned=returned)) == "is noted, nothing is changed"
    assert Event.objects.filter(kind=EventKind.ADDRESS_SUPPRESSED).count() == 1


@pytest.mark.parametrize(
    "forged",
    [
        bounce(),
        bounce(returned=""),
        complaint(),
        bounce(returned=RETURNED.replace("0123456789abcdef", "*")),
    ],
)
def test_a_forged_report_ends_nothing(returned: str, forged: bytes) -> None:
    assert take(forged) == returns.NOT_OURS
    assert delivery().state == State.SENT
    assert suppressed() == []


def test_whoever_has_had_a_mail_cannot_end_the_mails_of_others(returned: str) -> None:
    swapped = returned.replace(f"To: {READER}", f"To: {OTHER}")
    take(bounce(address=OTHER, returned=swapped))
    assert suppressed() == [READER], "it was their own that they had"
    unsigned = swapped.replace("List-Unsubscribe:", "X-Nothing:")
    assert take(bounce(address=OTHER, returned=unsigned)) == returns.NOT_OURS


def test_a_forwarded_mail_bounces_for_the_address_we_know(returned: str) -> None:
    take(bounce(address="elsewhere@example.net", returned=returned))
    assert suppressed() == [READER]


def test_a_provider_with_the_secret_need_not_know_our_message_id(returned: str) -> None:
    told = Report(reports.Kind.BOUNCED, "550 5.1.1 x", frozenset(), frozenset({READER}))
    assert returns.take(told, is_authentic=True) == (
        "the address gets nothing any more"
    )
    assert delivery().state == State.SENT, "which mail it was is not known"
    assert suppressed() == [READER]


def test_a_bounce_is_about_every_edition_in_the_mail(
    hub: Hub, postman: Postman
) -> None:
    other = make_hub("other")
    add_reader(other, READER)
    make_edition(hub, READER)
    add_note(other)
    publish_week(other)
    send()
    (raw,) = postman.raw
    take(bounce(returned=raw.partition(b"\r\n\r\n")[0].decode()))
    states = Delivery.objects.values_list("edition__hub__slug", "state")
    assert set(states) == {("backend", "failed"), ("other", "failed")}


def test_an_operator_lifts_a_suppression(returned: str, admin_user: User) -> None:
    take(bounce(returned=returned))
    reader = Subscriber.objects.get(email=READER)
    assert suppression.lift(subscriber=reader, operator=admin_user)
    assert not suppression.lift(subscriber=reader, operator=admin_user)
    assert suppressed() == []
    assert Event.objects.get(kind=EventKind.SUPPRESSION_LIFTED).actor == admin_user
