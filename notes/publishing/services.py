"""What maintainers do about a remote; each is one transaction, like every service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from notes.errors import NexusError
from notes.events import record_event, record_event_once
from notes.models import EventKind, HandEdit, Hub, Note, PendingChange, Readme, Remote
from notes.publishing import credentials, handedits, placing
from notes.readme import assembly, importer
from notes.readme.model import ChangeKind

TRY_AGAIN_AFTER = timedelta(minutes=10)
TELLS_OF = {
    ChangeKind.NEW: EventKind.NOTE_SUBMITTED,
    ChangeKind.CHANGED: EventKind.NOTE_EDITED,
    ChangeKind.REMOVED: EventKind.NOTE_WITHDRAWN,
}


class DecisionError(NexusError):
    """A hand edit that cannot be decided about like this; the docstring says why."""


class AlreadyDecidedError(DecisionError):
    """Somebody else has decided about this hand edit meanwhile."""


class NothingToAcceptError(DecisionError):
    """The README was removed there, so there is none to take: decline this, and it is
    pushed again; or stop pushing there.
    """


class NoteOnItsWayError(DecisionError):
    """A newer text of this note is on its way into the README: try again in a moment,
    or decline this.
    """


@dataclass(frozen=True, kw_only=True)
class RemoteChoice:
    """What a maintainer typed; a secret of None stays as it is, an empty one goes."""

    url: str
    branch: str
    path: str
    mode: str
    proposal: str
    username: str
    known_hosts: str
    token: str | None = None
    ssh_key: str | None = None


@transaction.atomic
def set_remote(*, hub: Hub, choice: RemoteChoice, actor: User) -> Remote:
    """Publish the hub's README there from now on, and at once.

    Credentials that were stored for one host never go to another.
    """
    remote = Remote.objects.filter(hub=hub).first() or Remote(hub=hub)
    is_elsewhere = origin_of(remote.url) != origin_of(choice.url)
    for name in ("url", "branch", "path", "mode", "proposal", "username"):
        setattr(remote, name, getattr(choice, name))
    remote.known_hosts = choice.known_hosts
    for name in ("token", "ssh_key"):
        secret = getattr(choice, name)
        if secret is not None or is_elsewhere:
            setattr(remote, name, credentials.encrypt(secret or ""))
    remote.changed_at = timezone.now()
    remote.pushed_commit, remote.checked_at, remote.away_at = "", None, None
    handedits.forget(hub)
    remote.save()
    record_event(EventKind.REMOTE_CHANGED, hub=hub, actor=actor, place=remote.place)
    return remote


@transaction.atomic
def remove_remote(*, remote: Remote, actor: User) -> None:
    """Publish nowhere else any more; the repository there stays as it is."""
    place = remote.place
    handedits.forget(remote.hub)
    remote.delete()
    record_event(EventKind.REMOTE_REMOVED, hub=remote.hub, actor=actor, place=place)


def origin_of(url: str) -> tuple[str, str]:
    """The protocol and host, with the user and port, to which credentials belong."""
    if "://" not in url:
        return "ssh", url.partition(":")[0]
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


@transaction.atomic
def record_due_pushes(*, at: datetime) -> int:
    """Record, once an hour and hub, that a remote which was away wants another try."""
    remotes = Remote.objects.away(until=at - TRY_AGAIN_AFTER).select_related("hub")
    return sum(
        record_event_once(
            EventKind.PUSH_FELL_DUE,
            key=f"push:{remote.hub.slug}:{at:%Y-%m-%dT%H}",
            hub=remote.hub,
        )
        for remote in remotes
    )


@transaction.atomic
def accept_change(*, change: PendingChange, actor: User, place: str = "") -> None:
    """Take a hand edit into the README as it was written, in its author's name.

    ``place`` is where a person says that a new note goes, one of ``placing.places``.
    Raises a NexusError when it fits no longer; then it is still undecided.
    """
    change = _decide(change, PendingChange.State.ACCEPTED, actor)
    _require_acceptable(change)
    hub = change.hand_edit.hub
    present = assembly.text(hub)
    newest = hub.notes.order_by("id").last()
    if place:
        importer.store(hub, placing.placed(change, present, place))
    else:
        importer.store(hub, handedits.apply(change, present))
    version = Readme.objects.request_rebuild(hub)
    PendingChange.objects.pending(hub).follow(change)
    note = change.note
    if change.kind == ChangeKind.NEW:
        note = hub.notes.filter(pk__gt=newest.pk if newest else 0).first()
    _tell(change, note, actor=actor, version=version)
    HandEdit.objects.filter(pk=change.hand_edit_id).update(settled_version=version)
    _settle(change.hand_edit, actor)


def _require_acceptable(change: PendingChange) -> None:
    if change.kind == ChangeKind.WHOLE and not change.after:
        raise NothingToAcceptError
    if change.note and not change.note.is_placed:
        raise NoteOnItsWayError


def _tell(
    change: PendingChange, note: Note | None, *, actor: User, version: int
) -> None:
    """Record what became of it, as if its author had done it here."""
    edit = change.hand_edit
    author = _user_of(edit)
    data: dict[str, Any] = {"hand_edit": edit.commit}
    if author is None:
        data["written_by"] = [edit.author_name, edit.author_email]
    kind = TELLS_OF.get(ChangeKind(change.kind))
    if kind is None or note is None:
        kind, note = EventKind.README_IMPORTED, None
    if note and kind == EventKind.NOTE_SUBMITTED:
        note.author, note.submitted_at = author, timezone.now()
    if note:
        note.readme_version = version
        note.save(update_fields=["author", "submitted_at", "readme_version"])
    record_event(kind, hub=edit.hub, note=note, actor=author or actor, **data)


def _user_of(edit: HandEdit) -> User | None:
    if not edit.author_email:
        return None
    return User.objects.filter(email__iexact=edit.author_email, is_active=True).first()


@transaction.atomic
def decline_change(*, change: PendingChange, actor: User) -> None:
    """Leave the README as it is; the row keeps what was written."""
    change = _decide(change, PendingChange.State.DECLINED, actor)
    _settle(change.hand_edit, actor)


def _decide(change: PendingChange, state: str, actor: User) -> PendingChange:
    """The row as it is now, decided about; what others accepted may have moved it."""
    if not PendingChange.objects.decide(change, state):
        raise AlreadyDecidedError
    PendingChange.objects.filter(pk=change.pk).update(decided_by=actor)
    rows = PendingChange.objects.select_related("hand_edit__hub", "note")
    return rows.get(pk=change.pk)


def _settle(edit: HandEdit, actor: User) -> None:
    """Once everything is decided the README may be pushed over the hand edit."""
    if not edit.changes.filter(state=PendingChange.State.PENDING).exists():
        record_event(
            EventKind.HANDEDIT_SETTLED, hub=edit.hub, actor=actor, commit=edit.commit
        )
