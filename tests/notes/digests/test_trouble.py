"""Servers that refuse, defer, hang up, limit; runs that end early."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F
from django.utils import timezone

from notes import subscribing
from notes.digests import ledger
from notes.digests.answers import SenderRefusedError, ServerAwayError
from notes.errors import TransientError
from notes.models import (
    Delivery,
    Edition,
    Event,
    EventKind,
    Hub,
    Pause,
    Subscription,
)
from tests.notes.digests.desk import (
    ADA,
    GRACE,
    LINUS,
    LOCAL_CACHE,
    claim,
    delivery_to,
    later,
    send,
    states,
    subscription_of,
)
from tests.notes.digests.smtp import Postman
from tests.notes.digests.weeks import (
    make_edition,
)


@pytest.mark.parametrize("step", ["at_rcpt", "at_data"])
@pytest.mark.parametrize("pipelines", [True, False])
def test_a_refused_address_fails_alone(
    edition: Edition, postman: Postman, step: str, pipelines: bool
) -> None:
    postman.pipelines = pipelines
    getattr(postman, step)[GRACE] = "550 5.1.1 No such user"
    send()
    assert states(edition) == {ADA: "sent", GRACE: "failed", LINUS: "sent"}
    assert delivery_to(edition, GRACE).error == "550 5.1.1 No such user"


def test_an_address_that_does_not_exist_gets_nothing_more(
    edition: Edition, postman: Postman
) -> None:
    postman.at_rcpt[GRACE] = "550 5.1.1 No such user"
    send()
    subscription = subscription_of(edition, GRACE)
    assert subscription.subscriber.refusal == "550 5.1.1 No such user"
    assert subscription not in Subscription.objects.active()
    subscribing.confirm_subscription(subscription=subscription)
    assert subscription in Subscription.objects.active()


def test_a_mail_that_is_refused_for_its_content_says_nothing_about_the_address(
    edition: Edition, postman: Postman
) -> None:
    postman.at_data[GRACE] = "554 5.7.1 Looks like spam"
    send()
    assert delivery_to(edition, GRACE).state == "failed"
    assert subscription_of(edition, GRACE) in Subscription.objects.active()


@pytest.mark.parametrize("step", ["at_rcpt", "at_data"])
def test_a_deferred_address_stays_queued_while_the_others_get_theirs(
    edition: Edition, postman: Postman, step: str
) -> None:
    getattr(postman, step)[GRACE] = "450 4.2.0 Greylisted"
    assert send() == "2 sent, 1 deferred"
    assert states(edition) == {ADA: "sent", GRACE: "queued", LINUS: "sent"}
    getattr(postman, step).clear()
    assert send() == "nothing was due"
    later(delivery_to(edition, GRACE), minutes=15)
    assert send() == "1 sent"
    assert postman.addresses == [ADA, LINUS, GRACE]


def test_a_domain_that_takes_nothing_now_is_left_alone_for_longer_each_time(
    hub: Hub, postman: Postman, settings: Any
) -> None:
    settings.NEXUS_MAIL_SHARDS = settings.NEXUS_MAIL_CONNECTIONS = 1
    slow = [f"{name}@slow.example" for name in ("one", "two")]
    edition = make_edition(hub, ADA, *slow, LINUS)
    postman.at_rcpt = dict.fromkeys(slow, "451 4.7.1 Too many mails")
    assert send() == "2 sent, 1 deferred"
    assert postman.addresses == [ADA, LINUS]
    assert postman.asked_for == [ADA, slow[0], LINUS]
    first = Pause.objects.get()
    assert (first.domain, first.answer) == ("slow.example", "451 4.7.1 Too many mails")
    assert first.until - first.since == timedelta(minutes=1)
    due = edition.deliveries.filter(subscriber__email__in=slow)
    assert {delivery.due_at for delivery in due} == {first.until}

    passes(first, minutes=1)
    assert send() == "1 deferred"
    second = Pause.objects.get()
    assert second.until - timezone.now() > timedelta(seconds=50)
    passes(second, minutes=4)
    assert send() == "1 deferred"
    assert Pause.objects.get().until - timezone.now() > timedelta(minutes=4)

    passes(Pause.objects.get(), minutes=10)
    postman.at_rcpt = {}
    assert send() == "2 sent"
    assert not Pause.objects.exists()


def passes(pause: Pause, **delta: float) -> None:
    """Let some time pass for a domain and for what waits."""
    moved = timedelta(**delta)
    Pause.objects.update(since=pause.since - moved, until=pause.until - moved)
    Delivery.objects.filter(state="queued").update(due_at=F("due_at") - moved)


def test_with_no_server_everything_stays_queued(
    edition: Edition, postman: Postman, settings: Any
) -> None:
    settings.EMAIL_PORT = 1
    with pytest.raises(ServerAwayError, match="is away"):
        send()
    assert set(states(edition).values()) == {"queued"}


def test_a_server_that_closes_is_called_again_for_the_rest(
    edition: Edition, postman: Postman
) -> None:
    postman.at_rcpt[GRACE] = "421 4.3.2 Going down"
    assert send() == "2 sent, 1 put back, 1 to go"
    assert states(edition) == {ADA: "sent", GRACE: "queued", LINUS: "sent"}
    with pytest.raises(ServerAwayError, match="Going down"):
        send()
    assert states(edition)[GRACE] == "queued"


def test_a_line_that_breaks_before_the_message_leaves_loses_nothing(
    edition: Edition, postman: Postman
) -> None:
    postman.hangs_up_at_mail = True
    with pytest.raises(ServerAwayError, match="hung up"):
        send()
    assert set(states(edition).values()) == {"queued"}
    postman.hangs_up_at_mail = False
    assert send() == "3 sent"


def test_a_line_that_breaks_after_the_message_leaves_a_doubt_that_is_not_sent_again(
    edition: Edition, postman: Postman
) -> None:
    postman.hangs_up_after_data.add(GRACE)
    assert send() == "2 sent, 1 in doubt"
    assert "before it had acknowledged" in delivery_to(edition, GRACE).error
    postman.hangs_up_after_data.clear()
    assert send() == "nothing was due"
    assert states(edition) == {ADA: "sent", GRACE: "doubt", LINUS: "sent"}
    assert postman.addresses == [ADA, GRACE, LINUS]


def test_a_server_that_does_not_want_us_stops_the_run_for_a_person_to_mend(
    edition: Edition, postman: Postman
) -> None:
    postman.at_mail = "550 5.7.1 Sender not allowed"
    with pytest.raises(SenderRefusedError, match="not allowed"):
        send()
    assert set(states(edition).values()) == {"queued"}
    assert postman.mails == []


def test_what_a_crash_left_is_held_as_doubt_once_no_run_can_be_at_it(
    edition: Edition, postman: Postman
) -> None:
    assert claim(edition, ADA)
    assert send() == "2 sent"
    assert delivery_to(edition, ADA).state == "sending"
    later(delivery_to(edition, ADA), minutes=1)
    send()
    assert delivery_to(edition, ADA).state == "doubt"
    assert "stopped before the mail server" in delivery_to(edition, ADA).error
    assert postman.addresses == [GRACE, LINUS]


def test_a_run_that_was_thought_dead_settles_its_doubt(edition: Edition) -> None:
    (mine,) = claim(edition, ADA)
    later(delivery_to(edition, ADA), minutes=1)
    edition.deliveries.doubt_leftovers(timezone.now())
    assert states(edition)[ADA] == "doubt"
    ledger.settle_sent(mine.deliveries)
    assert states(edition)[ADA] == "sent"


def test_a_run_out_of_time_has_the_rest_sent_by_another(
    edition: Edition, postman: Postman
) -> None:
    assert send(seconds=0) == "1 sent, 2 to go"
    event = Event.objects.latest("id")
    assert event.kind == EventKind.DELIVERIES_FELL_DUE
    assert event.data == {"shard": 0}


def test_nobody_gets_a_digest_of_long_ago(edition: Edition, postman: Postman) -> None:
    edition.deliveries.update(error="450 4.2.0 Greylisted")
    Edition.objects.update(composed_at=timezone.now() - timedelta(weeks=6))
    for delivery in edition.deliveries.all():
        later(delivery, days=3, minutes=1)
    assert send() == "nothing was due"
    assert postman.mails == []
    assert delivery_to(edition, ADA).state == "failed"
    assert delivery_to(edition, ADA).error == (
        "Not taken in time. 450 4.2.0 Greylisted"
    )
    assert Event.objects.get(kind=EventKind.DIGEST_SENT).data["failed"] == 3


def test_a_folder_that_cannot_be_written_keeps_everything_queued(
    edition: Edition, settings: Any, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "notes.digests.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    (tmp_path / "mail").write_text("in the way")
    with pytest.raises(ServerAwayError, match="could not be stored"):
        send()
    assert set(states(edition).values()) == {"queued"}


class Puzzled(BaseEmailBackend):
    """A backend with an answer of its own."""

    def send_messages(self, email_messages: object) -> int:
        raise LookupError("What was that?")


def test_an_answer_that_nobody_understands_ends_the_run_and_leaves_a_doubt(
    edition: Edition, settings: Any
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.{Puzzled.__name__}"
    with pytest.raises(LookupError, match="What was that"):
        send()
    assert sorted(states(edition).values()) == ["queued", "queued", "sending"]


def test_no_more_mails_leave_in_a_second_than_allowed(
    edition: Edition, postman: Postman, settings: Any
) -> None:
    settings.CACHES = LOCAL_CACHE
    settings.NEXUS_MAIL_PER_SECOND = 1
    begun = time.monotonic()
    assert send() == "3 sent"
    assert time.monotonic() - begun > 1


def test_with_nobody_to_count_nothing_leaves_where_there_is_a_limit(
    edition: Edition, postman: Postman, settings: Any, tmp_path: Path
) -> None:
    settings.NEXUS_MAIL_PER_SECOND = 1
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": f"unix://{tmp_path / 'nobody.sock'}",
        }
    }
    with pytest.raises(TransientError, match="cache that counts mails is away"):
        send()
    assert set(states(edition).values()) == {"queued"}
    assert postman.mails == []


def test_a_domain_gets_no_more_than_allowed_while_others_go_on(
    hub: Hub, postman: Postman, settings: Any
) -> None:
    settings.CACHES = LOCAL_CACHE
    settings.NEXUS_MAIL_SHARDS = settings.NEXUS_MAIL_CONNECTIONS = 1
    settings.NEXUS_MAIL_DOMAIN_PER_SECOND = 1
    slow = [f"{name}@slow.example" for name in ("one", "two")]
    make_edition(hub, *slow, ADA)
    assert send() == "3 sent"
    assert postman.addresses == [slow[0], ADA, slow[1]]
