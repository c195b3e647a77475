"""A hub's README as it is published, and the import that replaces it."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from notes import services
from notes.errors import NexusError
from notes.forms import ImportForm
from notes.models import Hub, Readme
from notes.readme import publisher
from notes.readme.importer import Receipt
from notes.readme.publisher import HistoryEntry
from notes.readme.rebuild import repository_of
from notes.views.access import access_to, maintainable

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


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hub_import(request: HttpRequest, slug: str) -> HttpResponse:
    """The receipt is the answer itself: sending the same file again is harmless."""
    access = maintainable(request, slug)
    form = ImportForm(request.POST or None, request.FILES or None)
    is_sent = request.method == "POST" and form.is_valid()
    receipt = _import(request, access.hub, form) if is_sent else None
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {"access": access, "hub": access.hub, "form": form, "receipt": receipt}
    return render(request, "notes/hubs/import.html", context, status=status)


def _import(request: HttpRequest, hub: Hub, form: ImportForm) -> Receipt | None:
    assert isinstance(request.user, User)
    text = form.cleaned_data["readme"]
    try:
        return services.import_readme(hub=hub, text=text, actor=request.user)
    except NexusError as error:
        form.add_error(None, str(error))
        return None
