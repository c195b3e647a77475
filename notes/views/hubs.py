"""Hubs: the list of them, one with its notes, and who writes in it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from notes.forms import MemberForm
from notes.models import Hub, Membership, Note, Readme
from notes.views.access import access_to, maintainable
from notes.views.redirects import see_other
from notes.views.sections import NOTES_PER_PAGE, is_shown


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    published = Note.objects.published().filter(hub=OuterRef("pk")).order_by()
    counts = published.values("hub").annotate(count=Count("pk")).values("count")
    hubs = Hub.objects.select_related("readme").defer("readme__preamble")
    hubs = hubs.annotate(note_count=Coalesce(Subquery(counts), 0))
    return render(request, "notes/hubs/home.html", {"hubs": hubs})


@require_safe
def hub_detail(request: HttpRequest, slug: str) -> HttpResponse:
    access = access_to(request, slug)
    notes = Note.objects.published().in_reading_order().with_people()
    first = Prefetch("notes", notes[:NOTES_PER_PAGE], to_attr="first_notes")
    sections = access.hub.sections.with_note_count().prefetch_related(first)
    context = {
        "access": access,
        "hub": access.hub,
        "readme": Readme.objects.get(hub=access.hub),
        "sections": [one for one in sections if is_shown(one, access)],
        "note_count": sum(section.note_count for section in sections),
    }
    return render(request, "notes/hubs/detail.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hub_members(request: HttpRequest, slug: str) -> HttpResponse:
    access = maintainable(request, slug)
    hub = access.hub
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user, role = form.cleaned_data["username"], form.cleaned_data["role"]
        hub.memberships.update_or_create(user=user, defaults={"role": role})
        messages.success(request, f"{user} is a {role} of this hub now.")
        return see_other("hub_members", hub.slug)
    members = hub.memberships.select_related("user").order_by("user__username")
    context = {"access": access, "hub": hub, "form": form, "members": members}
    return render(request, "notes/hubs/members.html", context)


@login_required
@require_POST
def member_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    hub = maintainable(request, slug).hub
    member = get_object_or_404(
        Membership.objects.select_related("user"), hub=hub, pk=pk
    )
    member.delete()
    messages.success(request, f"{member.user} no longer writes in this hub.")
    return see_other("hub_members", hub.slug)
