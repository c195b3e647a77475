"""`manage.py doctor`: looks at every part and says what to do about each failure."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from nexus.doctor.checks import CHECKS
from nexus.doctor.examination import examine
from nexus.doctor.findings import Finding, State


class Command(BaseCommand):
    help = "Looks at every part and says what to do about what does not work."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="For programs.")

    def handle(self, *_: Any, **options: Any) -> None:
        findings = dict(examine(CHECKS))
        if options["json"]:
            rows = [{"name": name, **asdict(f)} for name, f in findings.items()]
            self.stdout.write(json.dumps(rows, indent=2))
        else:
            for name, finding in findings.items():
                self.stdout.write(line(name, finding))
        failed = [f for f in findings.values() if f.state == State.FAIL]
        if failed:
            raise CommandError(f"{len(failed)} of {len(findings)} checks failed.")


def line(name: str, finding: Finding) -> str:
    parts = filter(None, (finding.what, finding.todo))
    return f"{finding.state:<4}  {name}: {'; '.join(parts)}"
