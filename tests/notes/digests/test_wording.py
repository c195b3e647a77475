from __future__ import annotations

import pytest

from notes.digests.schedule import Week
from notes.digests.wording import days_of, many, thank


@pytest.mark.parametrize(
    ("week", "days"),
    [
        (Week(2026, 47), "16 to 22 November 2026"),
        (Week(2026, 49), "30 November to 6 December 2026"),
        (Week(2026, 53), "28 December 2026 to 3 January 2027"),
    ],
)
def test_a_week_names_no_more_than_its_days_need(week: Week, days: str) -> None:
    assert days_of(week) == days


def test_one_thing_is_singular() -> None:
    assert [many(0, "note"), many(1, "note"), many(2, "person", "people")] == [
        "0 notes",
        "1 note",
        "2 people",
    ]


def test_few_people_are_thanked_by_name() -> None:
    assert thank([("Ada", 2)], at_most=3) == "Ada (2 notes)."
    assert thank([("Ada", 2), ("Grace", 1)], at_most=3) == (
        "Ada (2 notes) and Grace (1 note)."
    )


def test_of_many_people_the_rest_is_counted() -> None:
    crowd = [(f"p{number}", 1) for number in range(5)]
    assert thank(crowd, at_most=2) == "p0 (1 note), p1 (1 note) and 3 others."


def test_several_weeks_are_told_by_their_first_and_last_day() -> None:
    assert days_of(Week(2026, 47), since=Week(2026, 45)) == "2 to 22 November 2026"
    assert days_of(Week(2026, 47), since=Week(2025, 47)) == (
        "17 November 2025 to 22 November 2026"
    )
