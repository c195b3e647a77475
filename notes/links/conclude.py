"""From a job and its visit to the result that the caller is told."""

from __future__ import annotations

from http import HTTPStatus

from notes.links.chain import Visit
from notes.links.observations import Seen, Sign, Version
from notes.links.results import Result
from notes.links.schedule import Job
from notes.links.verdicts import Verdict, judge

REASON_LENGTH = 300
FINE = {Verdict.ALIVE, Verdict.FLAKY, Verdict.MOVED, Verdict.REDIRECTED}
NO_VERSION = Version("", "", "")


def result(link: str, job: Job, visit: Visit, seen: Seen) -> Result:
    """Put together what the caller is told of one link of a job."""
    judgement = judge(seen)
    version = _version(visit, judgement.verdict)
    return Result(
        url=link,
        verdict=judgement.verdict,
        reason=judgement.reason[:REASON_LENGTH],
        status=visit.response.status if visit.response else None,
        final_url=visit.url,
        redirects=tuple(visit.hops),
        attempts=job.attempts,
        elapsed_ms=round(job.elapsed_seconds * 1000),
        etag=version.etag,
        last_modified=version.last_modified,
        lacks_place=_lacks_place(seen),
    )


def _lacks_place(seen: Seen) -> bool | None:
    if not seen.fragment or seen.status is None or Sign.ANCHOR_UNKNOWN in seen.signs:
        return None
    return Sign.ANCHOR_MISSING in seen.signs


def _version(visit: Visit, verdict: Verdict) -> Version:
    """What to show the server next time, so that it need not send the page again.

    Only of pages that are fine: what a page says of itself is read anew each time
    that it says something bad.
    """
    answer, known = visit.answer, visit.version or NO_VERSION
    if answer is None or verdict not in FINE:
        return NO_VERSION
    etag = answer.headers.get("etag", "")
    last_modified = answer.headers.get("last-modified", "")
    match answer.status:
        case HTTPStatus.OK:
            return Version(visit.url, etag, last_modified)
        case HTTPStatus.NOT_MODIFIED:
            known_date = last_modified or known.last_modified
            return Version(visit.url, etag or known.etag, known_date)
        case _:
            return NO_VERSION
