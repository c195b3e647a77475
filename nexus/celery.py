"""The Celery application: `celery -A nexus worker|beat|flower`."""

from __future__ import annotations

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import celeryd_init, worker_before_create_process

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings")

app = Celery("nexus")
app.config_from_object("django.conf:settings", namespace="CELERY")


@celeryd_init.connect
def import_handlers(**_: Any) -> None:
    """Only a worker runs tasks: beat and Flower, who name them, stay 30 MB smaller."""
    for module in ("tasks.handlers", "tasks.clock"):
        app.loader.import_task_module(module)


@worker_before_create_process.connect
def share_memory(**_: Any) -> None:
    """Keep the collector off what a child shares with its parent: it stays shared."""
    gc.freeze()
