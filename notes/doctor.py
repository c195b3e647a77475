"""What maintainers do with the README doctor: look, repair, keep the checklist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction

from notes import services
from notes.errors import NexusError
from notes.events import record_event
from notes.models import EventKind, Hub
from notes.readme import assembly
from notes.readme.comparison import compare, fingerprint
from notes.readme.differences import Difference
from notes.readme.doctor.examination import examine, repaired
from notes.readme.doctor.findings import Finding, Repair
from notes.readme.importer import Receipt
from notes.readme.outline import DEFAULT_SECTIONS

PROGRAMME = tuple(title for level, title, *_ in DEFAULT_SECTIONS if level > 1)


class FindingGoneError(NexusError):
    """The README has changed since; here is what the doctor finds now."""


@dataclass(frozen=True)
class Examination:
    """A README with what was found in it."""

    text: str
    findings: list[Finding]

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.text)

    def repair(self, key: str, number: int) -> tuple[Finding, Repair]:
        """A finding by its key and one of its repairs; FindingGoneError without."""
        found = next((one for one in self.findings if one.key == key), None)
        if found is None or number >= len(found.repairs):
            raise FindingGoneError
        return found, found.repairs[number]

    def difference(self, repair: Repair) -> Difference:
        return compare(self.text, repaired(self.text, repair))


def checklist_of(hub: Hub) -> Sequence[str]:
    return PROGRAMME if hub.checklist is None else hub.checklist


def examine_readme(hub: Hub) -> Examination:
    """Look at the README as the next rebuild writes it; nothing is changed."""
    text = assembly.text_with(hub)
    return Examination(text, examine(text, checklist=checklist_of(hub)))


@transaction.atomic
def repair_readme(
    *, hub: Hub, editor: User, key: str, number: int, seen: str, words: str = ""
) -> Receipt:
    """Change the README as a repair shows it, if it still is the one that was seen.

    ``words`` are what the repair asks for, if it does.
    """
    assembly.hold(hub)
    assembly.place_notes(hub)
    examination = examine_readme(hub)
    if examination.fingerprint != seen:
        raise FindingGoneError
    finding, repair = examination.repair(key, number)
    return services.import_readme(
        hub=hub,
        text=repaired(examination.text, repair.filled(words)),
        actor=editor,
        repaired=finding.ailment.value,
        repair=repair.name,
    )


@transaction.atomic
def change_checklist(*, hub: Hub, editor: User, titles: Sequence[str]) -> None:
    """Say which sections the README should have."""
    hub.checklist = list(titles)
    hub.save(update_fields=["checklist"])
    record_event(
        EventKind.CHECKLIST_CHANGED, hub=hub, actor=editor, titles=hub.checklist
    )
