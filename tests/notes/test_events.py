from __future__ import annotations

import pytest
from django.db import transaction

from notes.events import record_event, record_event_once
from notes.models import Event, EventKind, Hub


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        record_event(EventKind.LINKS_CHECKED)


def test_an_event_knows_the_hub_of_what_it_is_about(hub: Hub) -> None:
    event = record_event(EventKind.LINKS_CHECKED, hub=hub, links=3)

    assert (event.hub, event.data) == (hub, {"links": 3})


def test_a_fact_with_a_key_is_recorded_once(hub: Hub) -> None:
    kind = EventKind.DIGEST_FELL_DUE

    assert record_event_once(kind, key="digest:nexus:2026-W47", hub=hub)
    assert not record_event_once(kind, key="digest:nexus:2026-W47", hub=hub)
    assert Event.objects.filter(kind=kind).count() == 1
