"""Periodic tasks: they never work, they only record that something fell due.

Each fact has a unique key, so two beats or a tick delivered twice change nothing.
"""

from __future__ import annotations

from celery import shared_task
from celery.contrib.django.task import DjangoTask
from django.utils import timezone

from notes import services
from notes.publishing import services as publishing


@shared_task(base=DjangoTask)
def record_due_digests() -> int:
    now = timezone.now()
    due = services.record_due_digests(at=now)
    return due + services.record_due_deliveries(at=now)


@shared_task(base=DjangoTask)
def record_due_link_checks() -> int:
    return services.record_due_link_checks(at=timezone.now())


@shared_task(base=DjangoTask)
def record_due_pushes() -> int:
    return publishing.record_due_pushes(at=timezone.now())


@shared_task(base=DjangoTask)
def record_due_housekeeping() -> int:
    return services.record_due_housekeeping(at=timezone.now())
