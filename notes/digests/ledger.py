"""Claims deliveries and writes down what became of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from notes.digests import lateness
from notes.digests.pieces import Piece, select, thaw
from notes.digests.shards import sendable
from notes.events import record_event_once
from notes.models import Delivery, Edition, EventKind, Subscriber, Subscription

Tags = frozenset[str] | None
State = Delivery.State

REPORTED = (State.SENT, State.FAILED, State.DOUBT, State.SKIPPED)
LEFT = "Unsubscribed meanwhile, or the address does not exist any more."
NOTHING = "None of its notes has a tag that this reader follows."


@dataclass(frozen=True)
class Claim:
    """What one reader gets now, in one mail: deliveries, editions and their tags.

    It stands on ``subscriptions``: should one of them end, so does the claim.
    """

    subscriber: Subscriber
    deliveries: tuple[int, ...]
    wanted: tuple[tuple[int, Tags], ...]
    subscriptions: frozenset[int]


class ChangedMeanwhileError(Exception):
    """Somebody has unsubscribed, or another run was faster; nothing is to be kept."""


class Shelf:
    """The editions that a run sends, each read once."""

    def __init__(self) -> None:
        self._editions: dict[int, tuple[Edition, list[Piece]]] = {}

    @property
    def numbers(self) -> set[int]:
        return set(self._editions)

    def edition(self, pk: int) -> Edition:
        return self._look_up(pk)[0]

    def pieces(self, pk: int, tags: Tags) -> list[Piece]:
        return select(self._look_up(pk)[1], tags)

    def relevant(self, pk: int, tags: Tags) -> Tags:
        """The tags that the edition knows, so that those who get the same are one."""
        pieces = self._look_up(pk)[1]
        known = {tag for piece in pieces for tag in piece.tags or ()}
        return None if tags is None else tags & known

    def _look_up(self, pk: int) -> tuple[Edition, list[Piece]]:
        if pk not in self._editions:
            edition = Edition.objects.select_related("hub").defer("page").get(pk=pk)
            self._editions[pk] = edition, thaw(edition.pieces)
        return self._editions[pk]


def clear_up(shard: int, now: datetime) -> set[int]:
    """End or put off what nobody will send now; the editions that this is about."""
    deliveries = Delivery.objects.of_shard(shard)
    ended = deliveries.left_over(now) | deliveries.expired(now)
    editions = set(ended.order_by().values_list("edition_id", flat=True).distinct())
    deliveries.doubt_leftovers(now)
    lateness.clear_up(deliveries, now)
    return editions


def readers(shard: int, *, now: datetime, after: int, count: int) -> list[Subscriber]:
    """The next readers of a shard, by number, to whom something is due."""
    due = sendable(now).of_shard(shard).filter(subscriber_id__gt=after)
    numbers = due.order_by("subscriber_id").values("subscriber_id").distinct()
    found = Subscriber.objects.filter(id__in=numbers[:count])
    return list(found.order_by("id"))


@transaction.atomic
def plan(
    subscribers: Iterable[Subscriber], shelf: Shelf, *, due_by: datetime
) -> list[Claim]:
    """What is to be sent to each of these readers; nothing is claimed yet.

    Whoever has unsubscribed gets nothing any more, and whoever follows only tags that
    nobody used gets nothing this time; that is written down.
    """
    by_number = {subscriber.pk: subscriber for subscriber in subscribers}
    wishes = _wishes(pk for pk, reader in by_number.items() if not reader.refused_at)
    ended: dict[State, list[int]] = {State.CANCELLED: [], State.SKIPPED: []}
    claims = []
    for number, rows in groupby(_due(by_number, due_by), itemgetter(0)):
        wanted = {}
        for _, pk, edition_id in rows:
            state, tags = _decide(wishes[number], edition_id, shelf)
            if state == State.SENDING:
                wanted[pk] = edition_id, tags
            else:
                ended[state].append(pk)
        if wanted:
            stands_on = frozenset(wish.subscription for wish in wishes[number])
            claims.append(
                Claim(
                    by_number[number],
                    tuple(wanted),
                    tuple(wanted.values()),
                    stands_on,
                )
            )
    _end(ended)
    return claims


def claim(claims: Sequence[Claim]) -> None:
    """Take for sending what has been planned; one of two who try gets it.

    Raises ChangedMeanwhileError, upon which the transaction has to be rolled back, if
    something is not as it was when it was planned.
    """
    # No joins here: on a table that nobody has analysed yet they take a hundred times
    # as long, and this is done for each round of mails.
    subscriptions = {pk for claim in claims for pk in claim.subscriptions}
    wanted = Subscription.objects.wanted().filter(id__in=subscriptions)
    readers = [claim.subscriber.pk for claim in claims]
    refused = Subscriber.objects.filter(id__in=readers, refused_at__isnull=False)
    deliveries = [pk for claim in claims for pk in claim.deliveries]
    queued = Delivery.objects.queued().filter(id__in=deliveries)
    is_as_planned = (
        wanted.count() == len(subscriptions)
        and not refused.exists()
        and queued.update(state=State.SENDING, sending_at=timezone.now())
        == len(deliveries)
    )
    if not is_as_planned:
        raise ChangedMeanwhileError


def claim_alone(claim_: Claim, shelf: Shelf, *, due_by: datetime) -> list[Claim]:
    """The claim of one reader by itself, planned anew if need be."""
    for claims in ([claim_], plan([claim_.subscriber], shelf, due_by=due_by)):
        try:
            with transaction.atomic():
                claim(claims)
        except ChangedMeanwhileError:
            continue
        return claims
    return []


class Wish(NamedTuple):
    """What a subscription asks for; without a hub, of all hubs."""

    subscription: int
    hub: int | None
    tags: Tags


def _wishes(numbers: Iterable[int]) -> dict[int, list[Wish]]:
    wanted = Subscription.objects.wanted().filter(subscriber_id__in=numbers)
    wishes: dict[int, list[Wish]] = defaultdict(list)
    rows = wanted.values_list("subscriber_id", "id", "hub_id", "tags")
    for number, pk, hub_id, tags in rows:
        wishes[number].append(Wish(pk, hub_id, frozenset(tags) if tags else None))
    return wishes


def _due(numbers: Iterable[int], due_by: datetime) -> Iterable[tuple[int, int, int]]:
    due = Delivery.objects.due(due_by).filter(subscriber_id__in=numbers)
    ordered = due.order_by("subscriber_id", "id")
    return ordered.values_list("subscriber_id", "id", "edition_id")


def _decide(
    wishes: Sequence[Wish], edition_id: int, shelf: Shelf
) -> tuple[State, Tags]:
    hub_id = shelf.edition(edition_id).hub_id
    found = [wish.tags for wish in wishes if wish.hub in {hub_id, None}]
    if not found:
        return State.CANCELLED, None
    tags = None if None in found else frozenset().union(*filter(None, found))
    tags = shelf.relevant(edition_id, tags)
    is_empty = not shelf.pieces(edition_id, tags)
    return (State.SKIPPED if is_empty else State.SENDING), tags


def _end(ended: Mapping[State, Sequence[int]]) -> None:
    reasons = {State.CANCELLED: LEFT, State.SKIPPED: NOTHING}
    for state, ids in ended.items():
        if ids:
            queued = Delivery.objects.queued().filter(id__in=ids)
            queued.update(state=state, error=reasons[state])


def settle_sent(ids: Iterable[int]) -> None:
    Delivery.objects.settle(ids, state=State.SENT, sent_at=timezone.now(), error="")


def settle_failed(ids: Iterable[int], reason: str) -> None:
    Delivery.objects.settle(ids, state=State.FAILED, error=reason[:500])


def settle_in_doubt(ids: Iterable[int], reason: str) -> None:
    Delivery.objects.settle(ids, state=State.DOUBT, error=reason[:500])


def put_back(ids: Iterable[int], reason: str) -> None:
    """Queue them again: the server has certainly not taken them."""
    Delivery.objects.settle(ids, state=State.QUEUED, error=reason[:500])


def put_off(ids: Iterable[int], reason: str, until: datetime) -> None:
    """Queue them for a later try."""
    Delivery.objects.settle(ids, state=State.QUEUED, due_at=until, error=reason[:500])


def postpone(subscribers: Iterable[Subscriber], until: datetime) -> None:
    """Try again then, whatever is due to these readers by that time."""
    due = Delivery.objects.due(until).filter(subscriber__in=subscribers)
    due.update(due_at=until)


def announce_sent(editions: Iterable[int]) -> None:
    """Record, once, of each of these editions that nobody waits for it any more."""
    unfinished = Delivery.objects.filter(
        edition=OuterRef("pk"), state__in=[State.QUEUED, State.SENDING]
    )
    finished = Edition.objects.filter(~Exists(unfinished), pk__in=editions)
    for edition in finished.select_related("hub").defer("pieces", "page"):
        counts = edition.deliveries.counts()
        record_event_once(
            EventKind.DIGEST_SENT,
            key=f"digest-sent:{edition.hub.slug}:{edition.week}",
            hub=edition.hub,
            week=edition.week,
            **{state: counts[state] for state in REPORTED},
        )
