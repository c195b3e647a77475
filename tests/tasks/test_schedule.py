"""The periodic tasks, put into the database once."""

from __future__ import annotations

import pytest
from celery import current_app
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from tasks import schedule

pytestmark = pytest.mark.django_db


def test_every_tick_is_put_into_the_database_the_first_time() -> None:
    assert schedule.install() == [tick.name for tick in schedule.SCHEDULE]
    assert PeriodicTask.objects.filter(enabled=True).count() == len(schedule.SCHEDULE)


def test_a_second_start_changes_nothing() -> None:
    schedule.install()
    assert schedule.install() == []
    assert PeriodicTask.objects.count() == len(schedule.SCHEDULE)


def test_an_admins_edit_survives_a_restart() -> None:
    schedule.install()
    nightly = CrontabSchedule.objects.create(minute="15", hour="2")
    tick = schedule.SCHEDULE[0].name
    PeriodicTask.objects.filter(name=tick).update(crontab=nightly, enabled=False)
    schedule.install()
    task = PeriodicTask.objects.get(name=tick)
    assert task.crontab == nightly
    assert not task.enabled


def test_each_tick_runs_a_registered_task() -> None:
    assert {tick.task for tick in schedule.SCHEDULE} <= set(current_app.tasks)


def test_a_task_that_an_admin_deleted_comes_back_with_the_next_start() -> None:
    schedule.install()
    name = schedule.SCHEDULE[1].name
    PeriodicTask.objects.get(name=name).delete()
    assert schedule.install() == [name]


def test_the_crontabs_are_in_utc_and_mean_what_the_table_says() -> None:
    schedule.install()
    for tick in schedule.SCHEDULE:
        crontab = PeriodicTask.objects.get(name=tick.name).crontab
        assert str(crontab.timezone) == "UTC"
        assert (crontab.minute, crontab.hour, crontab.day_of_week) == (
            tick.minute,
            tick.hour,
            tick.day_of_week,
        )
