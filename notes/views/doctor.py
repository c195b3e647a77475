"""The README doctor: findings, each repair with its difference, the checklist."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from notes import doctor
from notes.errors import NexusError
from notes.forms import ChecklistForm
from notes.views.access import Access, maintainable
from notes.views.redirects import see_other

FINDINGS_SHOWN = 200


@login_required
@require_safe
def hub_doctor(request: HttpRequest, slug: str) -> HttpResponse:
    access = maintainable(request, slug)
    titles = doctor.checklist_of(access.hub)
    form = ChecklistForm(initial={"titles": "\n".join(titles)})
    return _show(request, access, form)


def _show(request: HttpRequest, access: Access, form: ChecklistForm) -> HttpResponse:
    findings = doctor.examine_readme(access.hub).findings
    context = {
        "access": access,
        "hub": access.hub,
        "findings": findings[:FINDINGS_SHOWN],
        "left_out": max(0, len(findings) - FINDINGS_SHOWN),
        "form": form,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "notes/doctor/findings.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def doctor_repair(
    request: HttpRequest, slug: str, key: str, number: int
) -> HttpResponse:
    """Show what a repair changes; POST does it, to the README that was shown."""
    access = maintainable(request, slug)
    try:
        if request.method == "POST":
            return _repair(request, access, key, number)
        examination = doctor.examine_readme(access.hub)
        finding, repair = examination.repair(key, number)
    except NexusError as error:
        messages.warning(request, str(error))
        return see_other("hub_doctor", slug)
    context = {
        "access": access,
        "hub": access.hub,
        "finding": finding,
        "repair": repair,
        "difference": examination.difference(repair),
        "seen": examination.fingerprint,
    }
    return render(request, "notes/doctor/repair.html", context)


def _repair(
    request: HttpRequest, access: Access, key: str, number: int
) -> HttpResponse:
    assert isinstance(request.user, User)
    seen = request.POST.get("seen", "")
    doctor.repair_readme(
        hub=access.hub, editor=request.user, key=key, number=number, seen=seen
    )
    messages.success(request, "The README is repaired; its commit follows in a moment.")
    return see_other("hub_doctor", access.hub.slug)


@login_required
@require_POST
def doctor_checklist(request: HttpRequest, slug: str) -> HttpResponse:
    access = maintainable(request, slug)
    form = ChecklistForm(request.POST)
    if not form.is_valid():
        return _show(request, access, form)
    assert isinstance(request.user, User)
    titles = form.cleaned_data["titles"]
    doctor.change_checklist(hub=access.hub, editor=request.user, titles=titles)
    messages.success(request, "The checklist is saved.")
    return see_other("hub_doctor", slug)
