"""What the caller gets for each link: the verdict with all that led to it."""

from __future__ import annotations

from typing import NamedTuple

from notes.links.observations import Hop
from notes.links.verdicts import Verdict


class Result(NamedTuple):
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
    # Whether the page lacks the place that the link names; None: it cannot be told.
    lacks_place: bool | None = None
