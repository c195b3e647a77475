"""What a fresh installation needs before anybody can use it; made only if missing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User

from nexus.env import kept_secret
from notes import services
from notes.models import Hub
from tasks import schedule

ADMIN = "admin"
FIRST_HUB = "first-hub"


@dataclass(frozen=True)
class Created:
    """What this start made: the admin's password if there was no admin yet."""

    password: str | None
    hub: Hub | None
    periodic_tasks: list[str]


def prepare() -> Created:
    password = create_admin(settings.DATA_DIR / "admin_password")
    hub = None
    if not Hub.objects.exists():
        admin = User.objects.filter(is_superuser=True).first()
        hub = services.create_hub(
            slug=FIRST_HUB, title="Project Nexus", maintainer=admin
        )
    return Created(password, hub, schedule.install())


def create_admin(path: Path) -> str | None:
    """An admin with a random password, in clear only in a file that its owner reads."""
    if User.objects.filter(is_superuser=True).exists():
        return None
    password = kept_secret(path, random_bytes=15)
    User.objects.create_superuser(ADMIN, password=password)
    return password
