"""A hub's remote repository: where it is, how to get in, and how the last push went."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from notes.models import PendingChange, Remote
from notes.publishing import services
from notes.publishing.forms import RemoteForm
from notes.readme import markers
from notes.views.access import maintainable
from notes.views.redirects import see_other
from notes.views.remote_panel import panel_of


@sensitive_post_parameters("token", "ssh_key")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hub_remote(request: HttpRequest, slug: str) -> HttpResponse:
    access = maintainable(request, slug)
    remote = Remote.objects.filter(hub=access.hub).first()
    form = RemoteForm(request.POST or None, remote=remote)
    if request.method == "POST" and form.is_valid():
        assert isinstance(request.user, User)
        services.set_remote(hub=access.hub, choice=form.choice(), actor=request.user)
        return see_other("hub_remote", slug)
    context = {
        "access": access,
        "hub": access.hub,
        "form": form,
        "remote": remote,
        "panel": panel_of(remote) if remote else None,
        "pending": PendingChange.objects.pending(access.hub).count(),
        "markers": (markers.START, markers.END),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "notes/remote/form.html", context, status=status)


@require_safe
@never_cache
def remote_panel(request: HttpRequest, slug: str) -> HttpResponse:
    """The live part of the page; 204 while it is what the page shows already."""
    hub = maintainable(request, slug).hub
    panel = panel_of(get_object_or_404(Remote, hub=hub))
    if request.GET.get("shown") == panel.fingerprint:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    context = {"hub": hub, "panel": panel}
    return render(request, "notes/remote/_panel.html", context)


@login_required
@require_POST
def remote_remove(request: HttpRequest, slug: str) -> HttpResponse:
    hub = maintainable(request, slug).hub
    remote = get_object_or_404(Remote.objects.select_related("hub"), hub=hub)
    assert isinstance(request.user, User)
    services.remove_remote(remote=remote, actor=request.user)
    messages.success(request, f"The README is no longer pushed to {remote.place}.")
    return see_other("hub_remote", slug)
