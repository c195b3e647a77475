"""The verdicts, and the one function that reaches them from what was seen."""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlsplit

from notes.links.observations import Failure, Hop, Seen, Sign


class Verdict(StrEnum):
    """What to tell a reader about a link."""

    ALIVE = "alive"
    MOVED = "moved"
    REDIRECTED = "redirected"
    BLOCKED = "blocked"
    FLAKY = "flaky"
    DEAD = "dead"
    UNSAFE = "unsafe"
    UNSUPPORTED = "unsupported"
    UNCHECKED = "unchecked"


class Judgement(NamedTuple):
    """A verdict with its evidence in one sentence."""

    verdict: Verdict
    reason: str


PERMANENT = frozenset({301, 308})
# The server is there and refuses us: that says nothing about what a reader sees.
REFUSALS = {
    401: "it asks for a login",
    402: "it asks for a payment",
    403: "it does not let checks in",
    405: "it does not let checks in",
    406: "it does not let checks in",
    407: "a proxy asks for a login",
    429: "it asks for fewer requests",
    430: "it asks for fewer requests",
    451: "it may not be shown here for legal reasons",
    999: "it does not let checks in",
}
BY_FAILURE = {
    Failure.ADDRESS_REFUSED: Verdict.UNSAFE,
    Failure.NAME_UNAVAILABLE: Verdict.UNCHECKED,
    Failure.NO_ROUTE: Verdict.UNCHECKED,
    Failure.HOST_NOT_ASKED: Verdict.UNCHECKED,
    Failure.ROBOTS: Verdict.BLOCKED,
    Failure.REDIRECT_UNSUPPORTED: Verdict.UNSUPPORTED,
}
BY_SIGN = {
    Sign.PARKED: (Verdict.DEAD, "the page is one of a domain that is for sale"),
    Sign.NOT_FOUND_PAGE: (Verdict.DEAD, "the page says that nothing was found"),
    Sign.SAME_AS_RANDOM_PATH: (
        Verdict.DEAD,
        "the host answers the same for a path that cannot exist",
    ),
    Sign.BOT_WALL: (Verdict.BLOCKED, "the page asks to prove that one is human"),
    Sign.LOGIN: (Verdict.BLOCKED, "it leads to a page that asks to log in"),
}


def judge(seen: Seen) -> Judgement:
    """Conclude from one look; strikes over days are for whoever keeps the history."""
    if seen.failure is not None:
        verdict = BY_FAILURE.get(seen.failure, Verdict.DEAD)
        message = seen.message.rstrip(".")
        return Judgement(verdict, f"{message}{_after(seen.hops)}.")
    answer = f"Answered {seen.status}{_after(seen.hops)}"
    judgement = _refused(seen, answer) or _unmasked(seen, answer)
    return judgement or _answered(seen, answer)


def _refused(seen: Seen, answer: str) -> Judgement | None:
    """Judge answers of a server that is there and keeps checks out."""
    if seen.status in REFUSALS:
        return Judgement(Verdict.BLOCKED, f"{answer}: {REFUSALS[seen.status]}.")
    if seen.status == HTTPStatus.SERVICE_UNAVAILABLE and seen.wait_seconds:
        why = f"it asks to come back in {seen.wait_seconds:.0f} s"
        return Judgement(Verdict.BLOCKED, f"{answer}: {why}.")
    return None


def _unmasked(seen: Seen, answer: str) -> Judgement | None:
    """Judge answers that are not what they say, and those that say it openly."""
    for sign, (verdict, why) in BY_SIGN.items() if seen.signs else ():
        if sign in seen.signs:
            return Judgement(verdict, f"{answer}, but {why}.")
    if not HTTPStatus.OK <= (seen.status or 0) < HTTPStatus.BAD_REQUEST:
        return Judgement(Verdict.DEAD, f"{answer}{_tries(seen)}.")
    if Sign.ANCHOR_MISSING in seen.signs:
        why = f"has no anchor #{seen.fragment[:80]}"
        return Judgement(Verdict.DEAD, f"{answer}, but the page {why}.")
    return None


def _answered(seen: Seen, answer: str) -> Judgement:
    if seen.earlier_failures:
        first = seen.earlier_failures[0].rstrip(".")
        return Judgement(Verdict.FLAKY, f"{answer}, but only after: {first}.")
    if seen.hops:
        return _redirected(seen)
    if seen.status == HTTPStatus.NOT_MODIFIED:
        return Judgement(Verdict.ALIVE, f"{answer}: the same as at the last look.")
    if Sign.ANCHOR_UNKNOWN in seen.signs:
        why = f"whether #{seen.fragment[:80]} exists could not be told"
        return Judgement(Verdict.ALIVE, f"{answer}; {why}.")
    return Judgement(Verdict.ALIVE, f"{answer}.")


def _redirected(seen: Seen) -> Judgement:
    is_permanent = all(hop.status in PERMANENT for hop in seen.hops)
    verdict = Verdict.MOVED if is_permanent else Verdict.REDIRECTED
    kind = "Moved permanently" if is_permanent else "Redirects"
    codes = ", ".join(str(hop.status) for hop in seen.hops)
    notes = "".join(f"; {note}" for note in _route_notes(seen.url, seen.final_url))
    return Judgement(verdict, f"{kind} ({codes}) to {seen.final_url[:160]}{notes}.")


def _route_notes(start: str, end: str) -> list[str]:
    """Say what a reader should know before following a redirect for good."""
    before, after = urlsplit(start), urlsplit(end)
    notes = []
    if (before.scheme, after.scheme) == ("https", "http"):
        notes.append("it leaves https for http")
    if before.path.strip("/") and not after.path.strip("/") and not after.query:
        notes.append("it ends at the home page")
    return notes


def _after(hops: tuple[Hop, ...]) -> str:
    if not hops:
        return ""
    many = "1 redirect" if len(hops) == 1 else f"{len(hops)} redirects"
    return f" after {many}"


def _tries(seen: Seen) -> str:
    tries = len(seen.earlier_failures) + 1
    return f", {tries} times" if tries > 1 else ""
