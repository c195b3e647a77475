"""The scheduler that `celery beat` runs."""

from __future__ import annotations

from typing import Any

from django_celery_beat.schedulers import DatabaseScheduler

from nexus import heartbeat


class Scheduler(DatabaseScheduler):  # type: ignore[misc]  # comes without types
    """django-celery-beat's own, with a heartbeat at each look at the schedule."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        heartbeat.touch()
        seconds: float = super().tick(*args, **kwargs)
        return seconds
