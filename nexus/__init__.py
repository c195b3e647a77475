"""How Nexus is wired: settings, Celery, the embedded broker, the processes."""

from __future__ import annotations

from nexus.celery import app as celery_app

__all__ = ["celery_app"]
