"""Sections: the notes of one, page by page, and the order and titles of all."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from notes import removal, structure
from notes.errors import NexusError
from notes.forms import RemovalForm, SectionForm
from notes.models import Hub, Note, Section
from notes.readme.arrange import neighbours
from notes.readme.assembly import outline_of
from notes.views.access import Access, access_to, maintainable
from notes.views.answers import answer_to
from notes.views.redirects import see_other

NOTES_PER_PAGE = 50
ARRANGED = "The README follows in a moment."


def is_shown(section: Section, access: Access) -> bool:
    """Empty sections are for those who may fill them; the README's title never is."""
    return bool(section.note_count) or (access.may_write and section.level > 1)


def place_of(note: Note) -> str:
    """The page of the section's notes that shows this one: the hub's, for the first."""
    notes = Note.objects.published().filter(section=note.section_id).in_reading_order()
    pks = list(notes.values_list("pk", flat=True))
    page = pks.index(note.pk) // NOTES_PER_PAGE + 1 if note.pk in pks else 1
    if page == 1:
        return note.hub.get_absolute_url()
    address = reverse("section_detail", args=[note.hub.slug, note.section_id])
    return f"{address}?page={page}"


@require_safe
def section_detail(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    access = access_to(request, slug)
    section = get_object_or_404(access.hub.sections, pk=pk)
    notes = Note.objects.published().filter(section=section)
    pages = Paginator(notes.in_reading_order().with_people(), NOTES_PER_PAGE)
    context = {
        "access": access,
        "hub": access.hub,
        "section": section,
        "page": pages.get_page(request.GET.get("page")),
    }
    return render(request, "notes/hubs/section.html", context)


@login_required
@require_safe
def section_list(request: HttpRequest, slug: str) -> HttpResponse:
    access = maintainable(request, slug)
    return _show_list(request, access, SectionForm(hub=access.hub))


def _show_list(request: HttpRequest, access: Access, form: SectionForm) -> HttpResponse:
    sections = list(access.hub.sections.with_note_count())
    outline = outline_of(sections)
    rows = [
        {
            "section": section,
            "may_rise": neighbours(outline, index, is_up=True) is not None,
            "may_sink": neighbours(outline, index, is_up=False) is not None,
        }
        for index, section in enumerate(sections)
    ]
    context = {"access": access, "hub": access.hub, "rows": rows, "form": form}
    status = 422 if form.errors else 200
    return render(request, "notes/hubs/sections.html", context, status=status)


@login_required
@require_POST
def section_add(request: HttpRequest, slug: str) -> HttpResponse:
    access = maintainable(request, slug)
    form = SectionForm(request.POST, hub=access.hub)
    if not form.is_valid():
        return _show_list(request, access, form)
    after, title = form.cleaned_data["after"], form.cleaned_data["title"]
    try:
        structure.add_section(
            hub=access.hub, after=after, editor=_editor(request), title=title
        )
    except NexusError as error:
        form.add_error(None, str(error))
        return _show_list(request, access, form)
    messages.success(request, f"“{title}” is a section now. {ARRANGED}")
    return see_other("section_list", slug)


@login_required
@require_POST
def section_rename(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    hub, section = _section(request, slug, pk)
    form = SectionForm(request.POST, hub=hub)
    if not form.is_valid():
        messages.error(request, "Give the section a title of up to 200 characters.")
        return see_other("section_list", slug)
    title = form.cleaned_data["title"]
    try:
        if structure.rename_section(
            section=section, editor=_editor(request), title=title
        ):
            messages.success(
                request, f"The section is called “{title}” now. {ARRANGED}"
            )
    except NexusError as error:
        messages.error(request, str(error))
    return see_other("section_list", slug)


@login_required
@require_POST
def section_move(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    _, section = _section(request, slug, pk)
    is_up = request.POST.get("way") == "up"
    try:
        structure.shift_section(section=section, editor=_editor(request), is_up=is_up)
    except NexusError as error:
        messages.error(request, str(error))
    address = reverse("section_list", args=[slug])
    return see_other(f"{address}#section-{pk}")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def section_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Ask what becomes of the notes, show what that changes; POST does it."""
    hub, section = _section(request, slug, pk)
    form = _removal_form(request, section)
    try:
        removal.require_removable(section, list(hub.sections.all()))
        if request.method == "POST" and form.is_valid():
            return _remove(request, section, form)
        notes_to = form.notes_to() if form.is_valid() else None
        found = form.is_valid() and removal.preview_removal(
            section=section, notes_to=notes_to
        )
    except NexusError as error:
        messages.error(request, str(error))
        return see_other("section_list", slug)
    context = {"hub": hub, "section": section, "form": form, "removal": found}
    return render(request, "notes/hubs/section_remove.html", context)


def _removal_form(request: HttpRequest, section: Section) -> RemovalForm:
    count = section.entries.count()
    data = answer_to("notes", request, is_asked=count > 0)
    return RemovalForm(data, section=section, count=count)


def _remove(request: HttpRequest, section: Section, form: RemovalForm) -> HttpResponse:
    removal.remove_section(
        section=section,
        editor=_editor(request),
        notes_to=form.notes_to(),
        seen=request.POST.get("seen", ""),
    )
    messages.success(request, f"The section “{section}” is gone. {ARRANGED}")
    return see_other("section_list", section.hub.slug)


def _section(request: HttpRequest, slug: str, pk: int) -> tuple[Hub, Section]:
    hub = maintainable(request, slug).hub
    return hub, get_object_or_404(hub.sections.select_related("hub"), pk=pk)


def _editor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
