from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from datetime import timezone as fixed
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from notes import services
from notes.digests.schedule import (
    Slot,
    Week,
    WeekError,
    first_week,
    sentence_for,
    week_due,
)
from notes.models import Hub, Note
from tests.notes.digests.weeks import WEEK, add_note, publish_week

MOMENTS = st.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from(
        [UTC, fixed(timedelta(hours=14)), fixed(timedelta(hours=-12))]
    ),
)
SLOTS = st.builds(
    Slot,
    st.integers(0, 6),
    st.integers(0, 23),
    st.sampled_from(
        [
            "UTC",
            "Europe/Berlin",
            "America/St_Johns",
            "Australia/Lord_Howe",
            "Pacific/Apia",
            "Asia/Kathmandu",
            "America/Los_Angeles",
            "Africa/Casablanca",
        ]
    ),
)
WINTER, SUMMER = Week(2026, 2), Week(2026, 28)
SPRING, AUTUMN = Week(2026, 12), Week(2026, 42)


@given(MOMENTS)
def test_every_moment_is_in_its_week(moment: datetime) -> None:
    week = Week.of(moment)
    assert week.start <= moment < week.end


@given(MOMENTS)
def test_weeks_neither_overlap_nor_leave_a_gap(moment: datetime) -> None:
    week = Week.of(moment)
    following = Week.of(week.end)
    assert following.start == week.end
    assert following > week
    assert Week.of(week.end - timedelta(microseconds=1)) == week


@given(MOMENTS)
def test_a_week_is_read_back_as_it_is_written(moment: datetime) -> None:
    assert Week.parse(str(Week.of(moment))) == Week.of(moment)


@given(MOMENTS)
def test_the_week_due_is_the_newest_one_that_has_fallen_due(moment: datetime) -> None:
    due = week_due(moment)
    assert due.end <= moment < Week.of(due.end).end


def test_the_digest_of_a_week_falls_due_when_the_week_is_over() -> None:
    assert str(week_due(datetime(2026, 11, 22, 23, 59, tzinfo=UTC))) == "2026-W46"
    assert str(week_due(datetime(2026, 11, 23, 0, 0, tzinfo=UTC))) == "2026-W47"


@given(MOMENTS, SLOTS)
def test_a_reader_gets_each_week_once_in_the_week_that_follows(
    moment: datetime, slot: Slot
) -> None:
    week = Week.of(moment)
    following = Week.of(week.end)
    due = slot.after(week)
    assert week.end <= due < following.end + timedelta(days=1)
    assert timedelta(days=5) < slot.after(following) - due < timedelta(days=9)


@given(MOMENTS, SLOTS)
def test_it_comes_at_the_hour_that_was_chosen_unless_the_week_was_not_over(
    moment: datetime, slot: Slot
) -> None:
    week = Week.of(moment)
    due = slot.after(week)
    local = due.astimezone(ZoneInfo(slot.time_zone))
    skipped = timedelta(hours=1) + datetime.combine(
        local.date(), time(slot.hour), UTC
    ) == local.replace(tzinfo=UTC)
    chosen = (local.weekday(), local.hour) == (slot.weekday, slot.hour)
    assert chosen or skipped or due == week.end or slot.time_zone == "Pacific/Apia"


@given(MOMENTS, SLOTS)
def test_the_next_hour_of_a_reader_is_to_come_and_within_the_week(
    moment: datetime, slot: Slot
) -> None:
    due = slot.next_after(moment)
    assert moment < due < moment + timedelta(days=9)


@given(MOMENTS, st.lists(st.integers(0, 60), unique=True, min_size=1))
def test_whatever_weeks_are_missed_each_week_is_told_once(
    born: datetime, composed: list[int]
) -> None:
    first, told = Week.of(born), None
    covered: list[Week] = []
    for number in sorted(composed):
        week = Week.of(first.start + timedelta(weeks=number))
        since = first_week(week, told=told, born=born)
        while since <= week:
            covered.append(since)
            since = since.next
        told = week
    expected = [
        Week.of(first.start + timedelta(weeks=n)) for n in range(max(composed) + 1)
    ]
    assert covered == expected


@pytest.mark.parametrize(
    ("slot", "week", "due"),
    [
        (Slot(0, 7, "UTC"), Week(2026, 47), datetime(2026, 11, 23, 7, tzinfo=UTC)),
        (Slot(0, 7, "Europe/Berlin"), WINTER, datetime(2026, 1, 12, 6, tzinfo=UTC)),
        (Slot(0, 7, "Europe/Berlin"), SUMMER, datetime(2026, 7, 13, 5, tzinfo=UTC)),
        # 29 March 2026: from 02:00 to 03:00 there is no local time.
        (Slot(6, 2, "Europe/Berlin"), SPRING, datetime(2026, 3, 29, 1, tzinfo=UTC)),
        # 25 October 2026: 02:00 comes twice, first in summer time.
        (Slot(6, 2, "Europe/Berlin"), AUTUMN, datetime(2026, 10, 25, 0, tzinfo=UTC)),
        # Monday 07:00 in Auckland is still Sunday in UTC.
        (Slot(0, 7, "Pacific/Auckland"), WINTER, datetime(2026, 1, 12, tzinfo=UTC)),
    ],
)
def test_the_hour_is_right_in_summer_winter_and_between(
    slot: Slot, week: Week, due: datetime
) -> None:
    assert slot.after(week) == due


def test_the_last_days_of_december_belong_to_the_week_of_their_thursday() -> None:
    assert str(Week.of(datetime(2024, 12, 30, tzinfo=UTC))) == "2025-W01"
    assert str(Week.of(datetime(2027, 1, 3, 23, tzinfo=UTC))) == "2026-W53"


@pytest.mark.parametrize(
    "text",
    ["2026-47", "2026-W54", "2025-W53", "2026-W00", "W47", "", "9999-W52", "٢٠٢٦-W47"],
)
def test_what_is_no_week_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(WeekError, match="2026-W47"):
        Week.parse(text)


def test_a_note_says_which_digest_will_tell_of_it(hub: Hub) -> None:
    later = Week.of(datetime(2100, 1, 4, tzinfo=UTC))
    note = add_note(hub, at=later.start)
    assert sentence_for(note) == (
        "goes into the digest of week 1, out on Monday 11 January"
    )


def test_a_note_of_a_missed_week_goes_into_the_newest_digest_due(hub: Hub) -> None:
    note = add_note(hub, at=Week(2026, 2).start)
    newest = week_due(timezone.now()).number
    assert sentence_for(note) == (
        f"goes into the digest of week {newest}, which is being prepared"
    )


def test_a_note_says_which_digest_told_of_it(hub: Hub) -> None:
    note = add_note(hub, at=WEEK.start)
    publish_week(hub)
    assert sentence_for(note) == "went out in the digest of week 47"


def test_no_digest_is_promised_to_an_imported_or_withdrawn_note(hub: Hub) -> None:
    note = add_note(hub)
    note.submitted_at = None
    assert sentence_for(note) == ""
    withdrawn = add_note(hub, "Gone")
    assert withdrawn.author is not None
    services.withdraw_note(note=withdrawn, editor=withdrawn.author)
    assert sentence_for(Note.objects.get(pk=withdrawn.pk)) == ""
