"""What a check saw of one link: plain values, before anything is concluded."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Failure(StrEnum):
    """Why no answer came."""

    ADDRESS_REFUSED = "address_refused"
    NO_SUCH_NAME = "no_such_name"
    NAME_UNAVAILABLE = "name_unavailable"
    NO_ROUTE = "no_route"
    CONNECTION_REFUSED = "connection_refused"
    CONNECTION_LOST = "connection_lost"
    TIMEOUT = "timeout"
    TLS = "tls"
    PROTOCOL = "protocol"
    REDIRECT_LOOP = "redirect_loop"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    REDIRECT_NOWHERE = "redirect_nowhere"
    REDIRECT_UNSUPPORTED = "redirect_unsupported"
    HOST_NOT_ASKED = "host_not_asked"
    ROBOTS = "robots"


class FetchError(Exception):
    """No answer came; `failure` says why and the message says it in one sentence."""

    def __init__(self, failure: Failure, message: str) -> None:
        super().__init__(message)
        self.failure = failure


def brief(error: Exception) -> str:
    """An error's own words on one line, without a full stop."""
    text = getattr(error, "strerror", None) or error
    return " ".join(str(text).split())[:160].rstrip(".")


class Sign(StrEnum):
    """What a page that answered gives away about itself."""

    NOT_FOUND_PAGE = "not_found_page"
    SAME_AS_RANDOM_PATH = "same_as_random_path"
    PARKED = "parked"
    LOGIN = "login"
    BOT_WALL = "bot_wall"
    ANCHOR_MISSING = "anchor_missing"
    ANCHOR_UNKNOWN = "anchor_unknown"


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirect: who answered, with which status, and where it points."""

    url: str
    status: int
    target: str


class Version(NamedTuple):
    """What a page that was fine said of its version, and where it was found."""

    url: str
    etag: str
    last_modified: str

    @property
    def headers(self) -> dict[str, str]:
        """Ask for the page only if it has changed since."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}


class Seen(NamedTuple):
    """All that is known of one link after the last attempt."""

    url: str
    final_url: str
    hops: tuple[Hop, ...] = ()
    status: int | None = None
    failure: Failure | None = None
    message: str = ""
    signs: frozenset[Sign] = frozenset()
    fragment: str = ""
    wait_seconds: float | None = None
    earlier_failures: tuple[str, ...] = ()
