"""Looks at every part of Nexus; `manage.py doctor` shows what it found.

One function per check, each bounded to a few seconds. A check that stands on a part
which failed is not made, so that one cause is told of once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nexus.doctor import ground, work
from nexus.doctor.findings import Finding, State, warn


@dataclass(frozen=True)
class Check:
    name: str
    look: Callable[[], Finding]
    needs: str = ""


CHECKS = (
    Check("data folder", ground.data_folder),
    Check("base URL", ground.base_url),
    Check("debug", ground.debug),
    Check("git", ground.git_program),
    Check("database", ground.database),
    Check("migrations", ground.migrations, needs="database"),
    Check("repositories", work.repositories, needs="migrations"),
    Check("cache", ground.cache),
    Check("broker", ground.broker),
    Check("relay", work.relay, needs="migrations"),
    Check("jobs", work.jobs, needs="migrations"),
    Check("worker", work.worker, needs="broker"),
    Check("beat", work.beat, needs="migrations"),
    Check("mail", ground.mail_server),
    Check("Flower", work.flower_socket),
)


def examine() -> Iterator[tuple[str, Finding]]:
    """Every check in turn; what stands on something broken is only mentioned."""
    broken = set()
    for check in CHECKS:
        if check.needs in broken:
            finding = warn("not looked at", f"mend the {check.needs} first")
        else:
            finding = check.look()
        if finding.state == State.FAIL or check.needs in broken:
            broken.add(check.name)
        yield check.name, finding
