from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes.links.strikes import Look, Standing, next_look, standing
from notes.links.verdicts import Verdict

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
UNCONFIRMED = Standing(Verdict.DEAD, is_confirmed=False)
LOOKS = st.lists(
    st.builds(
        Look,
        st.sampled_from([verdict.value for verdict in Verdict]),
        st.integers(0, 1_000).map(lambda hours: NOON + timedelta(hours=hours)),
    ),
    unique_by=lambda look: look.at,
)


def daily(*verdicts: str) -> list[Look]:
    return [Look(one, NOON + timedelta(days=day)) for day, one in enumerate(verdicts)]


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        (daily(), Standing(Verdict.UNCHECKED)),
        (daily("alive"), Standing(Verdict.ALIVE)),
        (daily("dead"), UNCONFIRMED),
        (daily("dead", "dead"), UNCONFIRMED),
        (daily("dead", "dead", "dead"), Standing(Verdict.DEAD)),
        (daily("alive", "dead"), Standing(Verdict.FLAKY)),
        (daily("alive", "dead", "dead"), Standing(Verdict.FLAKY)),
        (daily("alive", "dead", "dead", "dead"), Standing(Verdict.DEAD)),
        (daily("dead", "dead", "dead", "moved"), Standing(Verdict.MOVED)),
        (daily("dead", "dead", "alive", "dead"), Standing(Verdict.FLAKY)),
        (daily("dead", "unchecked"), UNCONFIRMED),
        (daily("alive", "dead", "unchecked", "dead"), Standing(Verdict.FLAKY)),
        (daily("alive", "unchecked"), Standing(Verdict.ALIVE)),
        (daily("unchecked"), Standing(Verdict.UNCHECKED)),
        (daily("dead", "blocked"), Standing(Verdict.BLOCKED)),
    ],
)
def test_the_standing_follows_from_daily_looks(
    looks: list[Look], expected: Standing
) -> None:
    assert standing(looks) == expected


def test_looking_often_on_one_day_is_one_strike() -> None:
    hours = [Look("dead", NOON + timedelta(hours=hour)) for hour in range(20)]
    assert standing([Look("alive", NOON - timedelta(days=1)), *hours]).verdict == (
        Verdict.FLAKY
    )


@given(LOOKS)
def test_the_order_in_which_looks_are_told_does_not_matter(looks: list[Look]) -> None:
    assert standing(looks) == standing(reversed(looks))


@given(LOOKS)
def test_looks_that_could_not_be_made_change_nothing(looks: list[Look]) -> None:
    made = [look for look in looks if look.verdict != Verdict.UNCHECKED]
    assert standing(looks) == standing(made)


@given(LOOKS)
def test_a_confirmed_death_took_more_than_a_day_of_failures(looks: list[Look]) -> None:
    if standing(looks) == Standing(Verdict.DEAD):
        failed = [look.at for look in looks if look.verdict == Verdict.DEAD]
        assert max(failed) - min(failed) >= timedelta(hours=40)


@pytest.mark.parametrize("shaky", [UNCONFIRMED, Standing(Verdict.FLAKY)])
def test_the_shaky_are_looked_at_again_within_a_day(shaky: Standing) -> None:
    assert next_look(shaky, "https://example.org/", NOON) < NOON + timedelta(days=1)


def test_the_steady_are_spread_over_the_second_week_by_their_hosts() -> None:
    hosts = [f"https://{number}.example.org/page" for number in range(70)]
    waits = [next_look(Standing(Verdict.ALIVE), url, NOON) - NOON for url in hosts]

    assert all(timedelta(days=7) <= wait < timedelta(days=14) for wait in waits)
    assert {wait.days for wait in waits} == {7, 8, 9, 10, 11, 12, 13}


def test_the_links_of_one_host_come_on_one_day() -> None:
    first = next_look(Standing(Verdict.DEAD), "https://example.org/a", NOON)
    assert next_look(Standing(Verdict.ALIVE), "https://EXAMPLE.org/b", NOON) == first


def test_where_nobody_could_look_it_is_tried_again_the_same_day() -> None:
    at = next_look(Standing(Verdict.UNCHECKED), "https://example.org/", NOON)
    assert at - NOON == timedelta(hours=6)
