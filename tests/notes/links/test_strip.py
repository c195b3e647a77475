from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from notes.links.strikes import Look
from notes.links.strip import DAYS, strip

TODAY = date(2026, 11, 21)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_a_strip_has_a_cell_for_each_day_up_to_today() -> None:
    days = strip([], TODAY).days
    assert len(days) == DAYS
    assert days[-1].on == TODAY
    assert not any(day.verdict for day in days)


def test_a_day_shows_what_its_last_look_saw() -> None:
    looks = [Look("alive", NOON), Look("dead", NOON - timedelta(hours=3))]
    assert strip(looks, TODAY).days[-1].verdict == "alive"


def test_a_strip_in_words_tells_only_of_days_with_a_look() -> None:
    looks = [Look("dead", NOON), Look("alive", NOON - timedelta(days=2))]
    assert str(strip(looks, TODAY)) == (
        "Last 28 days: 19 November: fine, 21 November: broken"
    )


def test_a_link_without_a_look_says_so() -> None:
    assert str(strip([], TODAY)) == "Last 28 days: no look"


def test_looks_before_the_strip_are_left_out() -> None:
    looks = [Look("dead", NOON - timedelta(days=DAYS))]
    assert str(strip(looks, TODAY)) == "Last 28 days: no look"
