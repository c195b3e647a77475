"""A hub's digest as it would be now, and a test of it to one's own address."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from notes.digests import preview
from notes.digests.schedule import Week, WeekError
from notes.digests.wording import days_of
from notes.errors import NexusError
from notes.views.access import maintainable
from notes.views.editions import as_html
from notes.views.redirects import see_other


@login_required
@require_safe
def edition_preview(request: HttpRequest, slug: str) -> HttpResponse:
    """This week so far; the digest is frozen when the week is over."""
    access = maintainable(request, slug)
    week = Week.of(timezone.now())
    edition = preview.edition_of(access.hub, week)
    context = {
        "access": access,
        "hub": access.hub,
        "week": week,
        "days": days_of(week),
        "edition": edition,
        "page": as_html(edition) if edition else "",
    }
    return render(request, "notes/editions/preview.html", context)


@login_required
@require_POST
def edition_test(request: HttpRequest, slug: str, week: str) -> HttpResponse:
    """Have a digest, be it of this week, sent to whoever presses the button."""
    access = maintainable(request, slug)
    assert isinstance(request.user, User)
    try:
        chosen = Week.parse(week)
    except WeekError as error:
        raise Http404(str(error)) from error
    try:
        preview.request_test(hub=access.hub, week=chosen, user=request.user)
        messages.success(request, f"A test is on its way to {request.user.email}.")
    except NexusError as error:
        messages.warning(request, str(error))
    if chosen == Week.of(timezone.now()):
        return see_other("edition_preview", slug)
    return see_other("edition_detail", slug, week)
