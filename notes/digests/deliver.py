"""Sends what is due to the readers of a shard and keeps the ledger of who got it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from notes.digests import ledger, message, outbox
from notes.digests.answers import (
    AddressDeferredError,
    AddressRefusedError,
    LineLostError,
    MailboxDeferredError,
    NoSuchAddressError,
    SenderRefusedError,
    refusal,
)
from notes.digests.ledger import ChangedMeanwhileError, Claim, Tags
from notes.digests.message import Envelope, Letter
from notes.digests.post import Outcome, Post
from notes.digests.shards import sendable
from notes.digests.suppression import suppress
from notes.digests.waiting import Waiting
from notes.errors import NexusError
from notes.events import record_event
from notes.models import EventKind, Subscription

A_MOMENT = 0.05
PUT_BACK = "put back"
TRY_AGAIN_AFTER = timedelta(minutes=15)
MOST_LETTERS = 64  # to be kept for the next reader who gets the same


def send_confirmation(subscription: Subscription) -> str:
    """Mail the question whether it was really them; returns what was done."""
    if subscription.is_active:
        return "confirmed already, so nothing was asked"
    try:
        outbox.send_one(message.confirmation(subscription))
    except AddressRefusedError as error:
        return f"the mail server refuses this address: {error}"[:500]
    return "asked whether the subscription was meant"


@dataclass
class Run:
    """What one run did: how many mails ended how, and which editions they held."""

    counts: Counter[str] = field(default_factory=Counter)
    editions: set[int] = field(default_factory=set)
    is_cut_short: bool = False


def send_shard(shard: int, *, seconds: float) -> Run:
    """Send what is due until nothing is left or ``seconds`` have passed.

    Raises TransientError with the rest still queued when the server is away, and
    NexusError when it refuses us altogether.
    """
    now = timezone.now()
    editions = ledger.clear_up(shard, now)
    waiting = Waiting(shard, now)
    if waiting.is_over:
        return Run(editions=editions)
    dispatch = Dispatch(waiting, seconds=seconds)
    lines = min(settings.NEXUS_MAIL_CONNECTIONS, waiting.at_hand)
    with Post[Claim](lines) as post:
        dispatch.empty(post)
    return Run(
        counts=dispatch.counts,
        editions=editions | waiting.shelf.numbers,
        is_cut_short=dispatch.has_more,
    )


class Dispatch:
    """One run's way from the ledger to the lines and back.

    Each round is one transaction: it writes down what became of the mails that have
    come back, and claims one for each line that is free. Meanwhile the lines carry
    what they have.
    """

    def __init__(self, waiting: Waiting, *, seconds: float) -> None:
        self.counts: Counter[str] = Counter()
        self._waiting = waiting
        self._ends_at = time.monotonic() + seconds
        self._letters: dict[tuple[tuple[int, Tags], ...], Letter] = {}
        self._unsendable: list[Outcome[Claim]] = []
        self._refused: SenderRefusedError | None = None
        self._away: NexusError | None = None
        self._has_begun = False

    def empty(self, post: Post[Claim]) -> None:
        """Raises why, if mails are left and no line to carry them."""
        while not self._is_done(post):
            outcomes = post.wait(A_MOMENT) + self._unsendable
            self._unsendable = []
            post.hand(self._envelopes(self._round(outcomes, post.free)))
        error = self._refused or self._away or post.error
        if error and self.has_more and (post.error or not self.counts["sent"]):
            raise error

    @property
    def has_more(self) -> bool:
        return bool(self._waiting.at_hand or self.counts[PUT_BACK])

    def _is_done(self, post: Post[Claim]) -> bool:
        if post.busy or self._unsendable:
            return False
        return bool(self._is_over or post.error)

    @property
    def _is_over(self) -> bool:
        """Whether nothing more is to be claimed; at least one round takes place."""
        is_late = self._has_begun and time.monotonic() > self._ends_at
        return self._waiting.is_over or is_late or self._refused is not None

    def _round(self, outcomes: Sequence[Outcome[Claim]], free: int) -> list[Claim]:
        """Write down what became of some mails and claim others in their place."""
        if not (outcomes or free):
            return []
        claims: list[Claim] = []
        try:
            with transaction.atomic():
                words = self._settle(outcomes)
                claims = [] if self._is_over else self._waiting.take(free)
                if claims:
                    ledger.claim(claims)
        except ChangedMeanwhileError:
            with transaction.atomic():
                words = self._settle(outcomes)
                claims = self._claim_each(claims)
        self._has_begun = True
        self._count(outcomes, words)
        return claims

    def _claim_each(self, claims: Sequence[Claim]) -> list[Claim]:
        shelf, now = self._waiting.shelf, self._waiting.now
        got = (ledger.claim_alone(claim, shelf, due_by=now) for claim in claims)
        return [claim for found in got for claim in found]

    def _settle(self, outcomes: Sequence[Outcome[Claim]]) -> list[str]:
        """Write down what became of each mail; in a word each."""
        taken = [outcome.item for outcome in outcomes if not outcome.error]
        if taken:
            ledger.settle_sent([pk for claim in taken for pk in claim.deliveries])
            self._waiting.lift_pauses(claim.subscriber.domain for claim in taken)
        return [
            self._settle_error(outcome.item, outcome.error) if outcome.error else "sent"
            for outcome in outcomes
        ]

    def _settle_error(self, claim: Claim, error: NexusError) -> str:
        """Write down why a mail was not taken."""
        said = str(error)
        match error:
            case AddressRefusedError():
                ledger.settle_failed(claim.deliveries, said)
                if isinstance(error, NoSuchAddressError):
                    suppress(subscriber=claim.subscriber, reason=said)
                return "failed"
            case AddressDeferredError():
                until = timezone.now() + TRY_AGAIN_AFTER
                if not isinstance(error, MailboxDeferredError):
                    until = self._waiting.pause(claim.subscriber.domain, said)
                ledger.put_off(claim.deliveries, said, until)
                return "deferred"
            case LineLostError():
                ledger.settle_in_doubt(claim.deliveries, said)
                return "in doubt"
            case _:
                ledger.put_back(claim.deliveries, said)
                return PUT_BACK

    def _count(self, outcomes: Sequence[Outcome[Claim]], words: Sequence[str]) -> None:
        self.counts.update(words)
        for outcome, word in zip(outcomes, words, strict=True):
            if isinstance(outcome.error, SenderRefusedError):
                self._refused = outcome.error
            elif word == PUT_BACK:
                self._away = outcome.error

    def _envelopes(self, claims: Sequence[Claim]) -> list[tuple[Claim, Envelope]]:
        mails = []
        for claim in claims:
            try:
                mails.append((claim, self._letter(claim).to(claim.subscriber)))
            except ValueError:  # so it cannot stand in a header either
                error = refusal("501 5.1.3 This is no mail address.")
                self._unsendable.append(Outcome(claim, error))
        return mails

    def _letter(self, claim: Claim) -> Letter:
        if claim.wanted not in self._letters:
            if len(self._letters) >= MOST_LETTERS:
                self._letters.clear()
            shelf = self._waiting.shelf
            self._letters[claim.wanted] = Letter.of(
                [
                    (shelf.edition(pk), shelf.pieces(pk, tags))
                    for pk, tags in claim.wanted
                ]
            )
        return self._letters[claim.wanted]


def record_run(shard: int, run: Run) -> str:
    """Say what a run did; have the rest sent, if its time was not enough.

    Must run in the transaction that ends the job.
    """
    if run.is_cut_short:
        record_event(EventKind.DELIVERIES_FELL_DUE, shard=shard)
        left = sendable(timezone.now()).of_shard(shard)
        run.counts["to go"] = left.values("subscriber").distinct().count()
    ledger.announce_sent(run.editions)
    words = [f"{count} {word}" for word, count in run.counts.items()]
    return ", ".join(words) or "nothing was due"
