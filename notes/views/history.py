"""Every revision of a README: who, when, which notes, what changed; going back."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from notes import services
from notes.errors import NexusError
from notes.models import Hub, Note, Revision
from notes.readme import importer, publisher
from notes.readme.differences import read_difference
from notes.readme.publisher import HistoryEntry
from notes.readme.rebuild import repository_of
from notes.views.access import access_to, maintainable
from notes.views.redirects import see_other

PER_PAGE = 20
CHANGED_MEANWHILE = (
    "The README has changed since this page was made; look at the new difference."
)


@require_safe
def history(request: HttpRequest, slug: str) -> HttpResponse:
    access = access_to(request, slug)
    after = request.GET.get("after")
    if after:
        _revision(access.hub, after)
    repository = repository_of(access.hub)
    found = publisher.history(repository, limit=PER_PAGE + 1, after=after)
    entries = found[:PER_PAGE]
    notes = _notes_by_commit(access.hub, [entry.commit for entry in entries])
    context = {
        "access": access,
        "hub": access.hub,
        "revisions": [(entry, notes.get(entry.commit, [])) for entry in entries],
        "after": after,
        "older": entries[-1].commit if len(found) > PER_PAGE else None,
    }
    return render(request, "notes/history/list.html", context)


@require_safe
def revision(request: HttpRequest, slug: str, commit: str) -> HttpResponse:
    access = access_to(request, slug)
    entry = _revision(access.hub, commit)
    repository = repository_of(access.hub)
    head = publisher.head(repository)
    context = {
        "access": access,
        "hub": access.hub,
        "entry": entry,
        "notes": _notes_by_commit(access.hub, [commit]).get(commit, []),
        "difference": read_difference(publisher.diff(repository, commit)),
        "is_newest": head is not None and head.commit == commit,
    }
    return render(request, "notes/history/detail.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def revision_restore(request: HttpRequest, slug: str, commit: str) -> HttpResponse:
    """Go back only from the README that the person has seen the difference to."""
    access = maintainable(request, slug)
    entry = _revision(access.hub, commit)
    repository = repository_of(access.hub)
    head = publisher.head(repository)
    assert head is not None  # the branch has this revision
    error = ""
    if request.method == "POST":
        is_seen = request.POST.get("head") == head.commit
        error = _restore(request, access.hub, commit) if is_seen else CHANGED_MEANWHILE
        if not error:
            return see_other("history", slug)
    changes = publisher.difference(repository, head.commit, commit)
    context = {
        "access": access,
        "hub": access.hub,
        "entry": entry,
        "head": head,
        "difference": read_difference(changes),
        "is_waiting": access.hub.notes.unplaced().exists(),
        "error": error,
    }
    status = HTTPStatus.CONFLICT if error else HTTPStatus.OK
    return render(request, "notes/history/restore.html", context, status=status)


def _restore(request: HttpRequest, hub: Hub, commit: str) -> str:
    """Import the revision's bytes; the sentence that says why not, if not."""
    assert isinstance(request.user, User)
    data = publisher.read_readme(repository_of(hub), revision=commit)
    try:
        services.import_readme(
            hub=hub,
            text=importer.decode(data or b""),
            actor=request.user,
            restored=commit,
        )
    except NexusError as error:
        return str(error)
    messages.success(
        request,
        f"The README goes back to {commit[:7]}; its commit appears here in a moment.",
    )
    return ""


def _revision(hub: Hub, commit: str) -> HistoryEntry:
    entry = publisher.find_revision(repository_of(hub), commit)
    if entry is None:
        raise Http404("This README has no such revision.")
    return entry


def _notes_by_commit(hub: Hub, commits: list[str]) -> dict[str, list[Note]]:
    notes = Note.objects.only("id", "title", "state", "hub_id").order_by("id")
    revisions = Revision.objects.filter(hub=hub, commit__in=commits)
    return {
        revision.commit: list(revision.notes.all())
        for revision in revisions.prefetch_related(Prefetch("notes", notes))
    }
