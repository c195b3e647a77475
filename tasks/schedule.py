"""When: the periodic tasks, put into the database once and edited in the admin.

The ticks are more frequent than what they record. A tick asks what has fallen due and
not been recorded yet, so hours of downtime are made up for by the next tick.
"""

from __future__ import annotations

from dataclasses import dataclass

from django_celery_beat.models import CrontabSchedule, PeriodicTask

from tasks import clock


@dataclass(frozen=True)
class Tick:
    """A periodic task by its name in the admin and its crontab fields."""

    name: str
    task: str
    minute: str = "0"
    hour: str = "*"
    day_of_week: str = "*"


SCHEDULE = (
    Tick("digests fall due", clock.record_due_digests.name, minute="*/5"),
    Tick("link checks fall due", clock.record_due_link_checks.name, minute="20"),
    Tick("pushes fall due", clock.record_due_pushes.name, minute="*/15"),
    Tick("housekeeping falls due", clock.record_due_housekeeping.name, "40", "3"),
)


def install() -> list[str]:
    """Put what is missing into the database; an admin's edit is left as it is."""
    created = []
    for tick in SCHEDULE:
        crontab = CrontabSchedule.objects.get_or_create(
            minute=tick.minute,
            hour=tick.hour,
            day_of_week=tick.day_of_week,
            day_of_month="*",
            month_of_year="*",
            timezone="UTC",
        )[0]
        if PeriodicTask.objects.get_or_create(
            name=tick.name, defaults={"task": tick.task, "crontab": crontab}
        )[1]:
            created.append(tick.name)
    return created
