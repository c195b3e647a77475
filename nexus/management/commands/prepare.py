"""`manage.py prepare`: what has to be there before the processes start."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from nexus import firstrun


class Command(BaseCommand):
    help = "Migrates the database; creates the admin, the first hub and the schedule."

    def handle(self, *_: Any, **__: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        created = firstrun.prepare()
        if created.hub:
            self.stdout.write(f"created the hub {created.hub.slug}")
        for name in created.periodic_tasks:
            self.stdout.write(f"scheduled: {name}")
        if created.password:
            self.stdout.write(
                f"created the account {firstrun.ADMIN}; its password is in "
                f"{settings.DATA_DIR / 'admin_password'}"
            )
        self.stdout.write("Nexus is prepared.")
