"""A hub's README as it is published."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from notes.models import Hub, Readme
from notes.readme import publisher
from notes.readme.publisher import HistoryEntry
from notes.readme.rebuild import repository_of
from notes.views.access import access_to

COMMITS_SHOWN = 10


@require_safe
def hub_readme(request: HttpRequest, slug: str) -> HttpResponse:
    access = access_to(request, slug)
    content, history = _published(access.hub)
    context = {
        "access": access,
        "hub": access.hub,
        "readme": Readme.objects.get(hub=access.hub),
        "text": None if content is None else content.decode(errors="replace"),
        "history": history,
    }
    return render(request, "notes/hubs/readme.html", context)


@require_safe
def hub_readme_raw(request: HttpRequest, slug: str) -> HttpResponse:
    """The README's exact bytes."""
    content, _ = _published(access_to(request, slug).hub)
    if content is None:
        raise Http404("This README is not published yet.")
    return HttpResponse(content, content_type="text/plain; charset=utf-8")


def _published(hub: Hub) -> tuple[bytes | None, list[HistoryEntry]]:
    """The README's bytes in git and its last commits; None before the first."""
    repository = repository_of(hub)
    if not repository.exists():
        return None, []
    content = publisher.read_readme(repository)
    return content, publisher.history(repository, limit=COMMITS_SHOWN)
