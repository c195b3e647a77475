"""Hosts say in several ways how long they want to be left alone."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest

from notes.links.waits import requested_wait, requests_left


def test_seconds_are_taken_as_they_are() -> None:
    assert requested_wait({"retry-after": " 120 "}) == 120.0


def test_a_date_becomes_the_seconds_until_then() -> None:
    wait = requested_wait({"retry-after": formatdate(time.time() + 60, usegmt=True)})
    assert wait is not None
    assert 55 < wait <= 60


def test_a_date_in_the_past_is_no_wait() -> None:
    assert requested_wait({"retry-after": formatdate(0, usegmt=True)}) == 0.0


@pytest.mark.parametrize("prefix", ["x-ratelimit", "ratelimit", "x-rate-limit"])
def test_an_exhausted_limit_is_waited_for_as_duration_or_moment(prefix: str) -> None:
    spent = {f"{prefix}-remaining": "0"}
    assert requested_wait(spent | {f"{prefix}-reset": "30"}) == 30.0
    moment = requested_wait(spent | {f"{prefix}-reset": str(int(time.time()) + 30)})
    assert moment is not None
    assert 25 < moment <= 30


def test_a_limit_with_requests_left_asks_for_nothing() -> None:
    headers = {"x-ratelimit-remaining": "7", "x-ratelimit-reset": "30"}
    assert requested_wait(headers) is None


@pytest.mark.parametrize("text", ["", "soon", "-5", "1e9999", "9" * 40, "\u0663"])
def test_what_makes_no_sense_asks_for_nothing(text: str) -> None:
    assert requested_wait({"retry-after": text}) is None


@pytest.mark.parametrize(
    "text", ["limit=9, remaining=0, reset=30", '"default";r=0;t=30', "r=0; t=30"]
)
def test_an_exhausted_limit_may_stand_in_one_header(text: str) -> None:
    assert requested_wait({"ratelimit": text}) == 30.0
    assert requests_left({"ratelimit": text}) == 0


def test_what_is_left_is_told_in_every_spelling() -> None:
    assert requests_left({"x-ratelimit-remaining": "7"}) == 7
    assert requests_left({"ratelimit": '"default";r=7;t=30'}) == 7
    assert requests_left({"ratelimit": "nonsense"}) is None
    assert requests_left({}) is None
