"""Says by the age of a file that a process's loop turns; a container's check looks.

The relay, the worker and beat have no port to ask. Asking a worker through the broker
costs a new Python process each time; this costs one system call.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from celery.signals import heartbeat_sent
from django.conf import settings


def touch() -> None:
    """Nothing happens unless NEXUS_HEARTBEAT_FILE names a file."""
    if settings.NEXUS_HEARTBEAT_FILE:
        Path(settings.NEXUS_HEARTBEAT_FILE).touch()


@heartbeat_sent.connect
def touch_for_worker(**_: Any) -> None:
    """Every two seconds, as long as the worker is connected to its broker."""
    touch()
