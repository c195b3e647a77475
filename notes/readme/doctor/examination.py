"""Examines a README: everything that the doctor knows to look for."""

from __future__ import annotations

from collections.abc import Sequence

from notes.readme.doctor.anchors import find_broken_anchors
from notes.readme.doctor.conflicts import find_conflicts
from notes.readme.doctor.fences import find_open_fences
from notes.readme.doctor.findings import Finding, Repair
from notes.readme.doctor.headings import find_duplicates, find_missing
from notes.readme.doctor.lists import find_run_together
from notes.readme.doctor.placeholders import find_placeholders
from notes.readme.doctor.source import Source

_CHECKS = (
    find_open_fences,
    find_conflicts,
    find_run_together,
    find_broken_anchors,
    find_duplicates,
    find_placeholders,
)


def examine(text: str, *, checklist: Sequence[str] = ()) -> list[Finding]:
    """What is wrong, in the order of the lines; what is missing comes last."""
    source = Source(text)
    findings = [finding for check in _CHECKS for finding in check(source)]
    findings.sort(key=lambda finding: finding.line)
    return [*findings, *find_missing(source, checklist)]


def repaired(text: str, repair: Repair) -> str:
    """The README after a repair; nothing outside of its lines changes."""
    source = Source(text)
    return source.mark + repair.applied(source.lines)
