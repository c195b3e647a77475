"""Keeps what another hand did to a README elsewhere until somebody has looked at it."""

from __future__ import annotations

from notes.events import record_event
from notes.models import EventKind, HandEdit, Hub, PendingChange, Remote
from notes.readme import importer, pushing
from notes.readme.changes import Change, find_changes
from notes.readme.model import ChangeKind


def store(remote: Remote, found: pushing.HandEdit) -> int:
    """Make rows of a hand edit, in the caller's transaction; how many changes it is.

    What an earlier hand edit that nobody has pushed over yet held is known already.
    """
    earlier = HandEdit.objects.filter(hub=remote.hub_id).open().last()
    theirs = importer.decode(found.theirs or b"")
    base = None if found.ours is None else importer.decode(found.ours)
    if earlier:
        base = earlier.theirs
    by = found.last
    row = HandEdit.objects.create(
        hub_id=remote.hub_id,
        commit=found.commit,
        place=remote.place,
        theirs=theirs,
        author_name=by.author.name[:200] if by else "",
        author_email=by.author.email[:254] if by else "",
        subject=by.subject[:200] if by else "",
        written_at=by.date if by else None,
    )
    if base is None or found.theirs is None:
        changes = [_whole(base or "", theirs)]
    else:
        changes = find_changes(base, theirs)
    rows = [_row(row, change) for change in changes]
    PendingChange.objects.bulk_create(rows)
    record_event(
        EventKind.HANDEDIT_NOTICED,
        hub=row.hub,
        commit=row.commit,
        place=row.place,
        changes=len(rows),
    )
    return len(rows)


def apply(change: PendingChange, text: str) -> str:
    """The README with this change in it; ChangeClashError where it has no place."""
    if change.kind == ChangeKind.WHOLE:
        return change.after
    found = Change(
        kind=ChangeKind(change.kind),
        section=change.section,
        title=change.title,
        before=change.before,
        after=change.after,
        context=change.context,
        below=change.below,
    )
    return found.applied_to(text)


def forget(hub: Hub) -> None:
    """Stop waiting: the hub is pushed elsewhere now. The rows keep their text."""
    HandEdit.objects.filter(hub=hub).close()


def _whole(base: str, theirs: str) -> Change:
    return Change(ChangeKind.WHOLE, section="", title="", before=base, after=theirs)


def _row(hand_edit: HandEdit, change: Change) -> PendingChange:
    placed = hand_edit.hub.notes.placed()
    note = placed.filter(source=change.source).first() if change.source else None
    return PendingChange(
        hand_edit=hand_edit,
        kind=change.kind.value,
        note=note,
        section=change.section[:500],
        title=change.title[:500],
        before=change.before,
        after=change.after,
        context=change.context,
        below=change.below,
    )
