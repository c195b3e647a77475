from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from notes import subscribing
from notes.digests import deliver, tokens, waiting
from notes.errors import TransientError
from notes.models import (
    Edition,
    Event,
    EventKind,
    Hub,
)
from tests.notes.digests.desk import ADA, GRACE, LINUS, delivery_to, send
from tests.notes.digests.smtp import Postman
from tests.notes.digests.weeks import (
    add_reader,
    make_edition,
)


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


def test_more_deliveries_than_a_batch_are_all_sent(
    edition: Edition, postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "BATCH", 2)
    assert send() == "3 sent"
    assert len(postman.mails) == 3


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
