"""Brings a hub's newest README to its remote, and keeps how that went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from notes.models import Hub, Remote
from notes.publishing.destinations import destination_of
from notes.readme.objects import SHORT_LENGTH
from notes.readme.pushing import HandEdit, Pushed, push_readme
from notes.readme.rebuild import repository_of


@dataclass(frozen=True)
class Push:
    """One look at the remote; ``outcome`` is None when it had our README already."""

    remote: Remote | None
    outcome: Pushed | HandEdit | None
    began_at: datetime


def push(hub: Hub) -> Push:
    """Ask git; raises a PublishError whose sentence says what to do."""
    began_at = timezone.now()
    remote = Remote.objects.filter(hub=hub).first()
    if remote is None:
        return Push(None, None, began_at)
    outcome = push_readme(repository_of(hub), remote=destination_of(remote))
    return Push(remote, outcome, began_at)


def record(push: Push) -> str:
    """Keep how it went, in the caller's transaction; one sentence of it for people."""
    remote = push.remote
    if remote is None:
        return "this hub has no remote repository"
    row = Remote.objects.as_it_was(remote)
    match push.outcome:
        case Pushed(commit, branch):
            row.update(pushed_commit=commit, checked_at=push.began_at)
            return f"pushed {commit[:SHORT_LENGTH]} to {branch} at {remote.place}"
        case HandEdit() as edit:
            row.update(checked_at=push.began_at)
            return (
                f"nothing pushed: the README at {remote.place} was changed by another "
                f"hand in {edit.commit[:SHORT_LENGTH]}; import it here to go on"
            )
    row.update(checked_at=push.began_at)
    return f"{remote.target_branch} at {remote.place} has this README already"
