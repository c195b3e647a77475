"""Who gets what in which mail, and who of two runs sends it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from notes import services, subscribing
from notes.digests import compose, ledger
from notes.digests.ledger import ChangedMeanwhileError, Claim, Shelf
from notes.events import record_event
from notes.models import (
    Delivery,
    Edition,
    EventKind,
    Hub,
)
from tests.notes.digests.desk import (
    ADA,
    GRACE,
    LINUS,
    claim,
    delivery_to,
    send,
    states,
    subscription_of,
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
