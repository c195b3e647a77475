"""Notes: submit, read, edit, withdraw, and watch what happens because of it."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from notes import services, structure
from notes.errors import NexusError
from notes.forms import MoveForm, NoteForm
from notes.models import Note
from notes.views.access import Access, access_to, writable
from notes.views.panel import panel_of
from notes.views.redirects import see_other
from notes.views.sections import place_of

FORM_METHODS = ["GET", "HEAD", "POST"]
STEPS = {"up": -1, "down": 1}


@require_http_methods(FORM_METHODS)
def note_new(request: HttpRequest, slug: str) -> HttpResponse:
    if not isinstance(request.user, User):
        return log_in_first(request)
    hub = writable(request, slug).hub
    form = NoteForm(request.POST or None, hub=hub, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        note = services.submit_note(hub=hub, author=request.user, text=form.text())
        return see_other(note)
    return _show_form(request, {"hub": hub, "form": form})


@require_http_methods(FORM_METHODS)
def note_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    if not isinstance(request.user, User):
        return log_in_first(request)
    access, note = editable(request, slug, pk)
    form = NoteForm(
        request.POST or None,
        hub=access.hub,
        note=note,
        initial=NoteForm.initial_of(note),
    )
    context = {"hub": access.hub, "form": form, "note": note}
    seen = request.POST.get("seen") or note.fingerprint
    if request.method == "POST" and form.is_valid():
        try:
            text = form.text()
            services.edit_note(note=note, editor=request.user, text=text, seen=seen)
        except services.NoteChangedError as error:
            return _show_both(request, context, error.note)
        return see_other(note)
    return _show_form(request, {**context, "seen": seen})


def _show_both(
    request: HttpRequest, context: dict[str, object], theirs: Note
) -> HttpResponse:
    """What was typed and what somebody else wrote; sending again is a choice then."""
    last = theirs.events.filter(actor__isnull=False).select_related("actor").last()
    context |= {
        "theirs": theirs,
        "their_name": last.actor if last else None,
        "seen": theirs.fingerprint,
    }
    status = HTTPStatus.CONFLICT
    return render(request, "notes/notes/form.html", context, status=status)


@require_POST
def note_new_preview(request: HttpRequest, slug: str) -> HttpResponse:
    if not isinstance(request.user, User):
        return log_in_first(request)
    hub = writable(request, slug).hub
    form = NoteForm(request.POST, hub=hub)
    return _show_preview(request, {"hub": hub, "form": form}, Note(hub=hub))


@require_POST
def note_edit_preview(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    if not isinstance(request.user, User):
        return log_in_first(request)
    access, note = editable(request, slug, pk)
    form = NoteForm(request.POST, hub=access.hub, note=note)
    context: dict[str, object] = {"hub": access.hub, "form": form, "note": note}
    context["seen"] = request.POST.get("seen", "")
    return _show_preview(request, context, note)


@require_http_methods(FORM_METHODS)
def note_withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    if not isinstance(request.user, User):
        return log_in_first(request)
    access, note = editable(request, slug, pk)
    if request.method == "POST":
        services.withdraw_note(note=note, editor=request.user)
        messages.success(request, "The note is withdrawn; its text is kept here.")
        return see_other(note)
    return render(
        request, "notes/notes/withdraw.html", {"hub": access.hub, "note": note}
    )


@require_POST
def note_move(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One place up or down, back to where the button was; or to another section."""
    if not isinstance(request.user, User):
        return log_in_first(request)
    access, note = editable(request, slug, pk)
    way = STEPS.get(request.POST.get("way", ""))
    try:
        if way:
            structure.shift_note(note=note, editor=request.user, by=way)
            return see_other(f"{place_of(note)}#note-{note.pk}")
        form = MoveForm(request.POST, hub=access.hub)
        if form.is_valid():
            to = form.cleaned_data["section"]
            structure.move_note(note=note, editor=request.user, to=to)
    except NexusError as error:
        messages.error(request, str(error))
    return see_other(note)


@require_safe
def note_detail(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    access, note = _readable(request, slug, pk)
    context = {
        "hub": access.hub,
        "note": note,
        "may_edit": access.may_edit(note),
        "panel": panel_of(note),
    }
    if context["may_edit"]:
        context["move_form"] = MoveForm(
            hub=access.hub, initial={"section": note.section}
        )
    return render(request, "notes/notes/detail.html", context)


@require_safe
@never_cache
def note_panel(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The live part of the note's page; 204 while it is what the page shows already.

    A swap of equal text would have screen readers say it again with each poll.
    """
    access, note = _readable(request, slug, pk)
    panel = panel_of(note)
    if request.GET.get("shown") == panel.fingerprint:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    context = {
        "hub": access.hub,
        "note": note,
        "panel": panel,
        "may_edit": access.may_edit(note),
        "is_fragment": True,
    }
    return render(request, "notes/notes/_panel.html", context)


def log_in_first(request: HttpRequest) -> HttpResponse:
    """Ask for a login; what was sent without one is shown, not thrown away."""
    if request.method != "POST":
        return redirect_to_login(request.get_full_path())
    return render(request, "notes/notes/logged_out.html", status=HTTPStatus.FORBIDDEN)


def _show_form(request: HttpRequest, context: dict[str, object]) -> HttpResponse:
    form = context["form"]
    assert isinstance(form, NoteForm)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "notes/notes/form.html", context, status=status)


def _show_preview(
    request: HttpRequest, context: dict[str, object], note: Note
) -> HttpResponse:
    """What the README will get: below the form, or alone when htmx asks for it."""
    form = context["form"]
    assert isinstance(form, NoteForm)
    if form.is_valid():
        context["difference"] = services.preview_note(note=note, text=form.text())
    if request.headers.get("HX-Request"):
        return render(request, "notes/notes/_preview.html", context)
    return _show_form(request, context)


def _readable(request: HttpRequest, slug: str, pk: int) -> tuple[Access, Note]:
    """A note of the hub; a withdrawn one only for those who could edit it."""
    access = access_to(request, slug)
    notes = access.hub.notes.select_related(
        "author", "section", "hub__readme", "hub__remote"
    )
    note = get_object_or_404(notes.prefetch_related("tags"), pk=pk)
    if note.state == Note.State.WITHDRAWN and not access.may_edit(note):
        raise Http404("This note was withdrawn.")
    return access, note


def editable(request: HttpRequest, slug: str, pk: int) -> tuple[Access, Note]:
    access, note = _readable(request, slug, pk)
    if not access.may_edit(note):
        raise PermissionDenied(
            "Only the author of a note and the hub's maintainers may change it."
        )
    return access, note
