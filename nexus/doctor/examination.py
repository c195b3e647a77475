"""Looks at every part of Nexus; `manage.py doctor` shows what it found.

One function per check, each bounded to a few seconds. A check that stands on a part
which failed is not made, so that one cause is told of once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from nexus.doctor.findings import Finding, State, warn


@dataclass(frozen=True)
class Check:
    name: str
    look: Callable[[], Finding]
    needs: str = ""


def examine(checks: Iterable[Check]) -> Iterator[tuple[str, Finding]]:
    """Every check in turn; what stands on something broken is only mentioned."""
    broken = set()
    for check in checks:
        if check.needs in broken:
            finding = warn("not looked at", f"mend the {check.needs} first")
        else:
            finding = check.look()
        if finding.state == State.FAIL or check.needs in broken:
            broken.add(check.name)
        yield check.name, finding
