"""Cookies go back to whoever set them, within one chain, and to nobody else."""

from __future__ import annotations

import pytest

from notes.links.cookies import Cookies


def after(*set_cookies: str, url: str = "https://www.example.org/in/a") -> Cookies:
    cookies = Cookies()
    cookies.keep(url, set_cookies)
    return cookies


def test_what_a_host_set_goes_back_to_it() -> None:
    cookies = after("a=1; Path=/", "b=2; Path=/")
    sent = cookies.headers("https://www.example.org/out")["Cookie"]
    assert sorted(sent.split("; ")) == ["a=1", "b=2"]


@pytest.mark.parametrize(
    ("cookie", "url"),
    [
        ("a=1; Path=/", "https://example.com/"),
        ("a=1; Path=/", "https://other.example.org/"),
        ("a=1; Path=/; Domain=example.com", "https://example.com/"),
        ("a=1; Path=/; Domain=org", "https://www.example.org/"),
        ("a=1; Path=/in", "https://www.example.org/out"),
        ("a=1; Path=/; Secure", "http://www.example.org/"),
        ("a=1; Path=/; Max-Age=0", "https://www.example.org/"),
        ("", "https://www.example.org/"),
        (";;;=", "https://www.example.org/"),
    ],
)
def test_nobody_else_gets_to_see_it(cookie: str, url: str) -> None:
    assert after(cookie).headers(url) == {}


def test_a_cookie_for_the_whole_domain_goes_to_its_other_hosts() -> None:
    cookies = after("a=1; Path=/; Domain=example.org")
    assert cookies.headers("https://api.example.org/") == {"Cookie": "a=1"}


def test_a_host_that_is_an_address_gets_its_own_back() -> None:
    cookies = after("a=1; Path=/", url="http://127.0.0.2:8080/")
    assert cookies.headers("http://127.0.0.2:8080/b") == {"Cookie": "a=1"}
    assert cookies.headers("http://127.0.0.3:8080/b") == {}
