"""The import of a README: what becomes which note first, then the import itself.

Between the two the text is with the browser, signed and packed: line ends in a plain
field would be changed by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from itertools import groupby

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from notes import services
from notes.errors import NexusError
from notes.forms import ImportForm
from notes.models import Hub, Readme
from notes.readme import importer
from notes.readme.matching import Matching, Place
from notes.readme.model import Section
from notes.views.access import Access, maintainable

SALT = "notes.import"
SHOWN_PER_SECTION = 100
MISSING_SHOWN = 200
CHANGED_MEANWHILE = "The hub has changed since this page was made; look again."


class UnusableDraftError(NexusError):
    """The text did not come back whole; choose the file again."""


@dataclass(frozen=True)
class Draft:
    """A README on its way to a hub, and the hub's version that it was looked at with.

    The version is the one that the hub last asked its README for.
    """

    text: str
    version: int

    def packed(self, hub: Hub) -> str:
        value = [hub.pk, self.version, self.text]
        return signing.dumps(value, salt=SALT, compress=True)


def unpack(hub: Hub, packed: str) -> Draft:
    try:
        pk, version, text = signing.loads(packed, salt=SALT)
    except signing.BadSignature as error:
        raise UnusableDraftError from error
    if pk != hub.pk:
        raise UnusableDraftError
    return Draft(text, version)


@dataclass(frozen=True)
class Shown:
    """A section of the new README with the first of its notes."""

    section: Section
    places: list[Place]

    @property
    def first(self) -> list[Place]:
        return self.places[:SHOWN_PER_SECTION]

    @property
    def left_out(self) -> int:
        return max(0, len(self.places) - SHOWN_PER_SECTION)


def sections_of(matching: Matching) -> list[Shown]:
    by_section = {
        number: list(places)
        for number, places in groupby(matching.places, key=lambda place: place.section)
    }
    return [
        Shown(section, by_section.get(number, []))
        for number, section in enumerate(matching.document.sections)
    ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hub_import(request: HttpRequest, slug: str) -> HttpResponse:
    access = maintainable(request, slug)
    if packed := request.POST.get("draft"):
        return _import(request, access, packed)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return _preview(request, access, form.cleaned_data["readme"])
    return _show_form(request, access, form)


def _show_form(request: HttpRequest, access: Access, form: ImportForm) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {"access": access, "hub": access.hub, "form": form}
    return render(request, "notes/hubs/import.html", context, status=status)


def _preview(
    request: HttpRequest, access: Access, text: str, *, notice: str = ""
) -> HttpResponse:
    hub = access.hub
    draft = Draft(text, _version(hub))
    matching = importer.plan(hub, text)
    context = {
        "access": access,
        "hub": hub,
        "receipt": importer.receipt_of(matching),
        "sections": sections_of(matching),
        "missing": matching.missing[:MISSING_SHOWN],
        "missing_left_out": max(0, len(matching.missing) - MISSING_SHOWN),
        "draft": draft.packed(hub),
        "notice": notice,
    }
    return render(request, "notes/hubs/import_preview.html", context)


def _import(request: HttpRequest, access: Access, packed: str) -> HttpResponse:
    """The receipt is the answer itself: sending the same file again is harmless."""
    assert isinstance(request.user, User)
    hub = access.hub
    try:
        draft = unpack(hub, packed)
        if draft.version != _version(hub):
            return _preview(request, access, draft.text, notice=CHANGED_MEANWHILE)
        receipt = services.import_readme(hub=hub, text=draft.text, actor=request.user)
    except NexusError as error:
        return _refuse(request, access, str(error))
    context = {"access": access, "hub": hub, "receipt": receipt}
    return render(request, "notes/hubs/import.html", context)


def _refuse(request: HttpRequest, access: Access, error: str) -> HttpResponse:
    hub, form = access.hub, ImportForm()
    context = {"access": access, "hub": hub, "form": form, "error": error}
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "notes/hubs/import.html", context, status=status)


def _version(hub: Hub) -> int:
    return Readme.objects.values_list("requested", flat=True).get(hub=hub)
