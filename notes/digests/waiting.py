"""The mails of a shard that wait to be sent, as one run takes them."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from notes.digests import ledger, rate
from notes.digests.ledger import Claim, Shelf
from notes.models import Pause, Subscriber

BATCH = 500


class Waiting:
    """What is planned for those to whom something was due when the run came to them.

    Who is at a domain that takes nothing for now waits until its pause ends; who would
    be one too many in this second is taken in the next.
    """

    def __init__(self, shard: int, now: datetime) -> None:
        self.now = now
        self.shelf = Shelf()
        self._shard = shard
        self._last = 0
        self._claims: deque[Claim] = deque()
        self._pauses = dict(Pause.objects.values_list("domain", "until"))
        self._refill()

    @property
    def is_over(self) -> bool:
        return not self._claims

    @property
    def at_hand(self) -> int:
        return len(self._claims)

    def take(self, count: int) -> list[Claim]:
        """At most so many, fewer if the rates or pauses say so."""
        taken: list[Claim] = []
        held: list[Claim] = []
        postponed: dict[datetime, list[Subscriber]] = defaultdict(list)
        while self._claims and len(taken) < count and len(held) < BATCH:
            claim = self._claims.popleft()
            domain = claim.subscriber.domain
            until = self._pauses.get(domain, self.now)
            if until > timezone.now():
                postponed[until].append(claim.subscriber)
            elif rate.may_leave(domain):
                taken.append(claim)
            else:
                held.append(claim)
                if rate.is_full():
                    break
            if not self._claims:
                self._refill()
        self._claims.extendleft(reversed(held))
        for until, readers in postponed.items():
            ledger.postpone(readers, until)
        return taken

    def pause(self, domain: str, answer: str) -> datetime:
        """Send nothing there for a while, the longer the longer it has been so."""
        pause = Pause.objects.prolong(domain, answer, timezone.now())
        self._pauses[domain] = pause.until
        return pause.until

    def lift_pauses(self, domains: Iterable[str]) -> None:
        """They took a mail, so what was before counts no more."""
        lifted = self._pauses.keys() & set(domains)
        if lifted:
            Pause.objects.filter(domain__in=lifted).delete()
            for domain in lifted:
                del self._pauses[domain]

    def _refill(self) -> None:
        """Plan for the next readers, if there are any."""
        while not self._claims:
            readers = ledger.readers(
                self._shard, now=self.now, after=self._last, count=BATCH
            )
            if not readers:
                return
            self._last = readers[-1].pk
            self._claims.extend(ledger.plan(readers, self.shelf, due_by=self.now))
