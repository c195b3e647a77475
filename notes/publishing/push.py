"""Brings a hub's newest README to its remote, and keeps how that went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from notes.models import HandEdit, Hub, PendingChange, Readme, Remote
from notes.publishing import handedits
from notes.publishing.destinations import destination_of
from notes.readme import pushing
from notes.readme.git import PublishError, TransientPublishError
from notes.readme.objects import SHORT_LENGTH
from notes.readme.pushing import Pushed, push_readme
from notes.readme.rebuild import repository_of


class NotRebuiltError(TransientPublishError):
    """The README does not hold the accepted hand edits yet; the job tries again by
    itself.
    """


@dataclass(frozen=True)
class Waiting:
    """Hand edits that somebody has to look at before anything is pushed."""

    changes: int


@dataclass(frozen=True)
class Push:
    """One look at the remote; ``outcome`` is None when it had our README already."""

    remote: Remote | None
    outcome: Pushed | pushing.HandEdit | Waiting | None
    began_at: datetime


def push(hub: Hub) -> Push:
    """Ask git; raises a PublishError whose sentence says what to do."""
    began_at = timezone.now()
    remote = Remote.objects.select_related("hub").filter(hub=hub).first()
    if remote is None:
        return Push(None, None, began_at)
    if waiting := PendingChange.objects.pending(hub).count():
        return Push(remote, Waiting(waiting), began_at)
    try:
        return Push(remote, _ask(remote), began_at)
    except PublishError as error:
        # The job's short waits end after a minute or two; the clock looks at this.
        away_at = None if error.permanent else began_at
        Remote.objects.as_it_was(remote).update(away_at=away_at)
        raise


def _ask(remote: Remote) -> Pushed | pushing.HandEdit | None:
    hub = remote.hub
    settled = HandEdit.objects.filter(hub=hub).open().last()
    if settled and not Readme.objects.get(hub=hub).shows(settled.settled_version):
        raise NotRebuiltError
    return push_readme(
        repository_of(hub),
        remote=destination_of(remote),
        resolved=settled.commit if settled else None,
    )


def record(push: Push) -> str:
    """Keep how it went, in the caller's transaction; one sentence of it for people."""
    remote = push.remote
    if remote is None:
        return "this hub has no remote repository"
    row = Remote.objects.as_it_was(remote)
    if not row.update(checked_at=push.began_at, away_at=None):
        return "the remote was changed meanwhile; another job pushes there"
    match push.outcome:
        case Waiting(changes):
            return _waits(changes)
        case pushing.HandEdit() as found:
            return _waits(handedits.store(remote, found))
        case Pushed(commit, branch):
            row.update(pushed_commit=commit)
            HandEdit.objects.filter(hub=remote.hub_id).close()
            return f"pushed {commit[:SHORT_LENGTH]} to {branch} at {remote.place}"
    HandEdit.objects.filter(hub=remote.hub_id).close()
    return f"{remote.target_branch} at {remote.place} has this README already"


def _waits(changes: int) -> str:
    plural = "" if changes == 1 else "s"
    return f"waits for {changes} hand edit{plural} to be looked at"
