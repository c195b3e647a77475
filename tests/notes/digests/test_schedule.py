from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes import services
from notes.digests.schedule import Week, WeekError, sentence_for, week_due
from notes.models import Hub, Note
from tests.notes.digests.weeks import WEEK, add_note, publish_week

MOMENTS = st.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from(
        [UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))]
    ),
)


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
    assert due.due_at <= moment < Week.of(due.end).due_at


def test_the_digest_of_a_week_falls_due_on_monday_morning() -> None:
    assert Week(2026, 47).due_at == datetime(2026, 11, 23, 7, tzinfo=UTC)
    assert str(week_due(datetime(2026, 11, 23, 6, 59, tzinfo=UTC))) == "2026-W46"
    assert str(week_due(datetime(2026, 11, 23, 7, 0, tzinfo=UTC))) == "2026-W47"


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


def test_a_note_says_that_its_digest_is_overdue(hub: Hub) -> None:
    note = add_note(hub, at=Week(2026, 2).start)
    assert sentence_for(note) == (
        "goes into the digest of week 2, which is being prepared"
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
