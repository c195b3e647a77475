"""The cookies of one chain of redirects, by the rules of the standard library."""

from __future__ import annotations

from collections.abc import Iterable
from email.message import Message
from http.cookiejar import CookieJar
from typing import NamedTuple
from urllib.request import Request


class _SetCookies(NamedTuple):
    """An answer as `http.cookiejar` wants to see it."""

    headers: Message

    def info(self) -> Message:
        return self.headers


class Cookies:
    """What the answers of a chain set, and nobody else gets to see."""

    def __init__(self) -> None:
        self._jar = CookieJar()

    def keep(self, url: str, set_cookies: Iterable[str]) -> None:
        """Remember what an answer set."""
        headers = Message()
        for one in set_cookies:
            headers["Set-Cookie"] = one
        self._jar.extract_cookies(_SetCookies(headers), _asked(url))  # type: ignore[arg-type]

    def headers(self, url: str) -> dict[str, str]:
        """Return the header that takes them to the next page."""
        request = _asked(url)
        self._jar.add_cookie_header(request)
        return dict(request.unredirected_hdrs)


def _asked(url: str) -> Request:
    """A request as `http.cookiejar` wants to see it; nobody sends it."""
    return Request(url)  # noqa: S310
