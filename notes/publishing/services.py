"""What maintainers do about a remote; each is one transaction, like every service."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from notes.events import record_event
from notes.models import EventKind, Hub, Remote
from notes.publishing import credentials


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
    remote.pushed_commit, remote.checked_at = "", None
    remote.save()
    record_event(EventKind.REMOTE_CHANGED, hub=hub, actor=actor, place=remote.place)
    return remote


@transaction.atomic
def remove_remote(*, remote: Remote, actor: User) -> None:
    """Publish nowhere else any more; the repository there stays as it is."""
    place = remote.place
    remote.delete()
    record_event(EventKind.REMOTE_REMOVED, hub=remote.hub, actor=actor, place=place)


def origin_of(url: str) -> tuple[str, str]:
    """The protocol and host, with the user and port, to which credentials belong."""
    if "://" not in url:
        return "ssh", url.partition(":")[0]
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
