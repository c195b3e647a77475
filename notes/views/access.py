"""Who may do what in a hub: anyone reads, members write, maintainers look after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.models import AnonymousUser, User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from notes.models import Hub, Membership, Note

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


@dataclass(frozen=True)
class Access:
    """A hub, and the part that the person in front of it plays there."""

    hub: Hub
    user: User | AnonymousUser
    role: str | None

    @property
    def may_maintain(self) -> bool:
        return self.user.is_staff or self.role == Membership.Role.MAINTAINER

    @property
    def may_write(self) -> bool:
        return self.user.is_staff or self.role is not None

    def may_edit(self, note: Note) -> bool:
        """Its author while still a member, the maintainers, and staff."""
        is_author = note.author_id is not None and note.author_id == self.user.pk
        return self.may_maintain or (is_author and self.may_write)


def access_to(request: HttpRequest, slug: str) -> Access:
    """The hub with the person's role in it; Http404 without a hub.

    One query for a member, who is the one that submits; two for others.
    """
    members = Membership.objects.filter(hub__slug=slug, user=request.user.pk)
    member = members.select_related("hub").first() if request.user.pk else None
    if member:
        return Access(member.hub, request.user, member.role)
    hub = Hub.objects.filter(slug=slug).first()
    if hub is None:
        raise Http404(f"There is no hub called “{slug}”.")
    return Access(hub, request.user, None)


def writable(request: HttpRequest, slug: str) -> Access:
    """Access for a member; PermissionDenied with the reason for others."""
    access = access_to(request, slug)
    if not access.may_write:
        raise PermissionDenied(
            f"Only members of “{access.hub}” submit notes here; ask one of its "
            "maintainers to add you."
        )
    return access


def maintainable(request: HttpRequest, slug: str) -> Access:
    """Access for a maintainer; PermissionDenied with the reason for others."""
    access = access_to(request, slug)
    if not access.may_maintain:
        raise PermissionDenied(f"Only the maintainers of “{access.hub}” may do this.")
    return access


def staff_only(view: View[P]) -> View[P]:
    """Others log in first; who is logged in and no staff gets a 403."""

    @wraps(view)
    def checked(
        request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not request.user.is_staff:
            raise PermissionDenied("Only the staff of this installation may see this.")
        return view(request, *args, **kwargs)

    return checked
