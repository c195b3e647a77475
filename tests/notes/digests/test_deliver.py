from __future__ import annotations

import logging
import time
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from notes import services, subscribing
from notes.digests import compose, deliver, ledger, tokens, waiting
from notes.digests.answers import SenderRefusedError, ServerAwayError
from notes.digests.ledger import ChangedMeanwhileError, Claim, Shelf
from notes.errors import TransientError
from notes.events import record_event
from notes.models import (
    Delivery,
    Edition,
    Event,
    EventKind,
    Hub,
    Pause,
    Subscription,
)
from tests.notes.digests.smtp import Postman
from tests.notes.digests.weeks import (
    WEEK,
    add_note,
    add_reader,
    make_edition,
    make_hub,
    publish_week,
)

ADA, GRACE, LINUS = (f"{name}@example.org" for name in ("ada", "grace", "linus"))


@pytest.fixture
def edition(hub: Hub, settings: Any) -> Edition:
    settings.NEXUS_MAIL_SHARDS = settings.NEXUS_MAIL_CONNECTIONS = 1
    return make_edition(hub, ADA, GRACE, LINUS)


@pytest.fixture(autouse=True)
def _quiet_server() -> None:
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)


LOCAL_CACHE = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


def send(*, shard: int = 0, seconds: float = 60) -> str:
    """What the job does."""
    run = deliver.send_shard(shard, seconds=seconds)
    with transaction.atomic():
        return deliver.record_run(shard, run)


def states(edition: Edition) -> dict[str, str]:
    return dict(edition.deliveries.values_list("subscriber__email", "state"))


def delivery_to(edition: Edition, email: str) -> Delivery:
    return edition.deliveries.get(subscriber__email=email)


def later(delivery: Delivery, **delta: float) -> None:
    """Let some time pass for one delivery."""
    rows = Delivery.objects.filter(pk=delivery.pk)
    rows.update(
        due_at=F("due_at") - timedelta(**delta),
        expires_at=F("expires_at") - timedelta(**delta),
        sending_at=F("sending_at") - timedelta(**delta),
    )


def subscription_of(edition: Edition, email: str) -> Subscription:
    return Subscription.objects.get(subscriber__email=email)


def test_everybody_gets_it_and_the_ledger_says_when(
    edition: Edition, postman: Postman
) -> None:
    before = timezone.now()
    assert send() == "3 sent"
    assert postman.addresses == [ADA, GRACE, LINUS]
    for delivery in edition.deliveries.all():
        assert delivery.state == "sent"
        assert before <= delivery.sending_at <= delivery.sent_at <= timezone.now()


@pytest.mark.parametrize(("allowed", "needed"), [(1, 1), (2, 2), (8, 3)])
def test_there_are_no_more_connections_than_mails(
    edition: Edition, postman: Postman, settings: Any, allowed: int, needed: int
) -> None:
    settings.NEXUS_MAIL_CONNECTIONS = allowed
    assert send() == "3 sent"
    assert postman.connections == needed
    assert sorted(postman.addresses) == [ADA, GRACE, LINUS]


def test_what_arrives_is_what_was_frozen(edition: Edition, postman: Postman) -> None:
    send()
    body = postman.mails[0].get_body(("plain",))
    assert body is not None
    own = tokens.unsubscribe_url(delivery_to(edition, ADA).subscriber)
    content = body.get_content().replace("\r\n", "\n")
    assert content.startswith(edition.pieces[0]["text"])
    assert content.endswith(f"Unsubscribe:\n{own}\n")
    assert postman.mails[0]["List-Unsubscribe"] == f"<{own}>"


def test_who_has_chosen_a_later_hour_gets_it_then(
    edition: Edition, postman: Postman
) -> None:
    chosen = edition.deliveries.filter(pk=delivery_to(edition, GRACE).pk)
    chosen.update(due_at=timezone.now() + timedelta(hours=1))
    recorded = Event.objects.filter(kind=EventKind.DELIVERIES_FELL_DUE).count()
    assert send() == "2 sent"
    assert postman.addresses == [ADA, LINUS]
    assert Event.objects.filter(kind=EventKind.DELIVERIES_FELL_DUE).count() == recorded
    assert not Event.objects.filter(kind=EventKind.DIGEST_SENT).exists()
    chosen.update(due_at=timezone.now())
    assert send() == "1 sent"


def test_a_second_run_sends_nothing(edition: Edition, postman: Postman) -> None:
    send()
    assert send() == "nothing was due"
    assert len(postman.mails) == 3
    assert Event.objects.filter(kind=EventKind.DIGEST_SENT).count() == 1


def test_that_it_was_sent_is_recorded_once_with_its_counts(
    edition: Edition, postman: Postman
) -> None:
    postman.at_rcpt[GRACE] = "550 5.1.1 No such user"
    assert send() == "2 sent, 1 failed"
    event = Event.objects.get(kind=EventKind.DIGEST_SENT)
    assert event.hub == edition.hub
    assert event.data == {
        "week": "2026-W47",
        "sent": 2,
        "failed": 1,
        "doubt": 0,
        "skipped": 0,
    }


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


def test_no_more_mails_leave_in_a_second_than_allowed(
    edition: Edition, postman: Postman, settings: Any
) -> None:
    settings.CACHES = LOCAL_CACHE
    settings.NEXUS_MAIL_PER_SECOND = 1
    begun = time.monotonic()
    assert send() == "3 sent"
    assert time.monotonic() - begun > 1


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


def test_a_reader_of_several_hubs_gets_one_mail_of_them_all(
    edition: Edition, postman: Postman
) -> None:
    other = make_hub("data", "Data hub")
    add_reader(other, ADA)
    add_note(other, "Indexes")
    publish_week(other)
    assert send() == "3 sent"
    (mail,) = [mail for mail in postman.mails if mail["To"] == ADA]
    body = mail.get_body(("html",))
    assert body is not None
    assert mail["Subject"] == "Backend hub and Data hub, week 47"
    assert mail["From"] == "Nexus <nexus@localhost>"
    for title in ("Celery", "Indexes"):
        assert title in body.get_content()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_while_a_hub_of_the_week_is_being_composed_nobody_gets_half_a_mail(
    edition: Edition, postman: Postman
) -> None:
    other = make_hub("data", "Data hub")
    add_reader(other, ADA)
    add_note(other, "Indexes")
    services.record_due_digests(at=WEEK.end)
    compose_digest(edition.hub)
    assert send() == "nothing was due"
    publish_week(other)
    assert send() == "3 sent"
    assert sorted(postman.addresses) == [ADA, GRACE, LINUS]


def compose_digest(hub: Hub) -> None:
    """What a second run of its job would leave: the fact that it has been composed."""
    with transaction.atomic():
        record_event(EventKind.DIGEST_COMPOSED, hub=hub, week=str(WEEK))


def test_what_is_composed_after_the_mail_of_the_week_goes_with_the_next(
    edition: Edition, postman: Postman
) -> None:
    send()
    other = make_hub("data", "Data hub")
    add_reader(other, ADA)
    add_note(other, "Indexes")
    draft = compose.draft(other, week=str(WEEK))
    with transaction.atomic():
        compose.publish(draft, at=WEEK.end)
    (late,) = other.editions.get().deliveries.all()
    assert late.due_at >= WEEK.end + timedelta(weeks=1, hours=7)


def test_who_follows_all_hubs_gets_a_new_one_too(hub: Hub, postman: Postman) -> None:
    reader = add_reader(None, ADA).subscriber
    edition = make_edition(hub)
    assert [delivery.subscriber for delivery in edition.deliveries.all()] == [reader]


def test_who_follows_tags_gets_the_notes_that_have_one(
    hub: Hub, postman: Postman, settings: Any
) -> None:
    settings.NEXUS_MAIL_SHARDS = 1
    add_reader(hub, ADA, tags=["postgres"])
    add_reader(hub, GRACE, tags=["fortran"])
    add_note(hub, "Indexes", tags=("postgres",))
    edition = make_edition(hub)
    assert send() == "1 sent"
    (mail,) = postman.mails
    for kind in ("plain", "html"):
        body = mail.get_body((kind,))
        assert body is not None
        assert "Indexes" in body.get_content()
        assert "Celery" not in body.get_content()
    assert states(edition) == {ADA: "sent", GRACE: "skipped"}
    assert "has a tag that this reader" in delivery_to(edition, GRACE).error


def test_who_has_left_meanwhile_gets_nothing(
    edition: Edition, postman: Postman
) -> None:
    subscribing.unsubscribe(subscription=subscription_of(edition, GRACE))
    assert send() == "2 sent"
    assert states(edition) == {ADA: "sent", GRACE: "cancelled", LINUS: "sent"}
    assert postman.addresses == [ADA, LINUS]


def claim(edition: Edition, email: str) -> list[Claim]:
    subscriber = delivery_to(edition, email).subscriber
    now = timezone.now()
    claims = ledger.plan([subscriber], Shelf(), due_by=now)
    return [
        got for one in claims for got in ledger.claim_alone(one, Shelf(), due_by=now)
    ]


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


def planned(edition: Edition, email: str) -> Claim:
    subscriber = delivery_to(edition, email).subscriber
    (found,) = ledger.plan([subscriber], Shelf(), due_by=timezone.now())
    return found


def test_a_delivery_is_claimed_once(edition: Edition) -> None:
    mine, theirs = (planned(edition, ADA) for _ in range(2))
    ledger.claim([mine])
    with pytest.raises(ChangedMeanwhileError):
        ledger.claim([theirs])
    assert ledger.claim_alone(theirs, Shelf(), due_by=timezone.now()) == []
    assert delivery_to(edition, ADA).state == "sending"


def test_who_leaves_between_plan_and_claim_gets_nothing_and_the_others_theirs(
    edition: Edition, postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = ledger.plan

    def plan_and_leave(*arguments: Any, **options: Any) -> list[Claim]:
        claims = plan(*arguments, **options)
        leaving = subscription_of(edition, GRACE)
        subscribing.unsubscribe(subscription=leaving)
        return claims

    monkeypatch.setattr(ledger, "plan", plan_and_leave)
    assert send() == "2 sent"
    assert states(edition) == {ADA: "sent", GRACE: "cancelled", LINUS: "sent"}
    assert postman.addresses == [ADA, LINUS]


def test_a_settled_delivery_is_settled(edition: Edition) -> None:
    (mine,) = claim(edition, ADA)
    ledger.settle_sent(mine.deliveries)
    ledger.put_back(mine.deliveries, "Too late.")
    assert states(edition)[ADA] == "sent"


def test_a_run_out_of_time_has_the_rest_sent_by_another(
    edition: Edition, postman: Postman
) -> None:
    assert send(seconds=0) == "1 sent, 2 to go"
    event = Event.objects.latest("id")
    assert event.kind == EventKind.DELIVERIES_FELL_DUE
    assert event.data == {"shard": 0}


def test_more_deliveries_than_a_batch_are_all_sent(
    edition: Edition, postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "BATCH", 2)
    assert send() == "3 sent"
    assert len(postman.mails) == 3


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


def test_with_nobody_to_send_to_no_server_is_asked(hub: Hub, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    make_edition(hub)
    assert send() == "nothing was due"


def test_without_a_server_each_mail_becomes_a_file(
    edition: Edition, settings: Any, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "notes.digests.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    assert send() == "3 sent"
    files = sorted((tmp_path / "mail").iterdir())
    mails = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
    assert [mail["To"] for mail in mails] == [ADA, GRACE, LINUS]
    assert {file.suffix for file in files} == {".eml"}


def test_a_folder_that_cannot_be_written_keeps_everything_queued(
    edition: Edition, settings: Any, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "notes.digests.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    (tmp_path / "mail").write_text("in the way")
    with pytest.raises(ServerAwayError, match="could not be stored"):
        send()
    assert set(states(edition).values()) == {"queued"}


def test_a_new_subscriber_is_asked_with_a_link_that_confirms(
    hub: Hub, postman: Postman
) -> None:
    subscription = subscribing.subscribe(email=ADA, hub=hub)
    result = deliver.send_confirmation(subscription)
    assert result == "asked whether the subscription was meant"
    (mail,) = postman.mails
    body = mail.get_body(("plain",))
    assert mail["To"] == ADA
    assert body is not None
    (link,) = [line for line in body.get_content().split() if "/confirm/" in line]
    token = link.split("/")[-3]
    assert tokens.read_confirm_token(token) == subscription


def test_who_has_confirmed_is_not_asked(hub: Hub, postman: Postman) -> None:
    assert deliver.send_confirmation(add_reader(hub)).startswith("confirmed already")
    assert postman.mails == []


def test_a_question_that_cannot_be_delivered_says_so(
    hub: Hub, postman: Postman
) -> None:
    subscription = subscribing.subscribe(email=ADA, hub=hub)
    postman.at_rcpt[ADA] = "450 4.2.0 Greylisted"
    with pytest.raises(TransientError, match="Greylisted"):
        deliver.send_confirmation(subscription)
    postman.at_rcpt[ADA] = "550 5.1.1 No such user"
    assert deliver.send_confirmation(subscription) == (
        "the mail server refuses this address: 550 5.1.1 No such user"
    )
