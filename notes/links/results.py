"""What the caller gets for each link: the verdict with all that led to it."""

from __future__ import annotations

from dataclasses import dataclass

from notes.links.chain import Visit
from notes.links.observations import Hop
from notes.links.schedule import Job
from notes.links.verdicts import Judgement, Verdict

REASON_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Result:
    """What was seen of one link, as it was given, and the verdict on it."""

    url: str
    verdict: Verdict
    reason: str
    status: int | None = None
    final_url: str = ""
    redirects: tuple[Hop, ...] = ()
    attempts: int = 0
    elapsed_ms: int = 0
    etag: str = ""
    last_modified: str = ""


def result(link: str, job: Job, visit: Visit, judgement: Judgement) -> Result:
    """Put together what the caller is told of one link of a job."""
    headers = visit.answer.headers if visit.answer else {}
    return Result(
        url=link,
        verdict=judgement.verdict,
        reason=judgement.reason[:REASON_LENGTH],
        status=visit.response.status if visit.response else None,
        final_url=visit.url,
        redirects=tuple(visit.hops),
        attempts=job.attempts,
        elapsed_ms=round(job.elapsed_seconds * 1000),
        etag=headers.get("ETag", ""),
        last_modified=headers.get("Last-Modified", ""),
    )
