"""The only door out: a change tells of itself by recording an event."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction

from notes.models import Event, EventKind, Hub, Note, Subscription

CHANNEL = "nexus_events"


def record_event(
    kind: EventKind,
    *,
    hub: Hub | None = None,
    note: Note | None = None,
    subscription: Subscription | None = None,
    actor: User | None = None,
    **data: Any,
) -> Event:
    """Record that something happened, in the transaction of the change itself.

    Raises TransactionManagementError outside a transaction: an event that can be
    committed without its change, or a change without its event, is a lie.
    """
    _require_transaction()
    about = note or subscription
    event = Event.objects.create(
        kind=kind,
        hub=about.hub if about else hub,
        note=note,
        subscription=subscription,
        actor=actor,
        data=data,
    )
    wake_relay()
    return event


def record_event_once(
    kind: EventKind, *, key: str, hub: Hub | None = None, **data: Any
) -> bool:
    """Record a fact that may happen only once; False when it already has."""
    _require_transaction()
    created = Event.objects.get_or_create(
        key=key, defaults={"kind": kind, "hub": hub, "data": data}
    )[1]
    wake_relay()
    return created


def wake_relay() -> None:
    """Tell the relay at commit that there is work; on SQLite it polls instead."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "An event has to be recorded in the transaction of its change."
        )
