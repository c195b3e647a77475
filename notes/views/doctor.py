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
from notes.forms import ChecklistForm, RepairForm
from notes.models import Hub
from notes.views.access import Access, maintainable
from notes.views.answers import answer_to
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
    """Ask what a repair needs, show what it changes; POST does what was shown."""
    hub = maintainable(request, slug).hub
    try:
        examination = doctor.examine_readme(hub)
        finding, repair = examination.repair(key, number)
        data = answer_to("words", request, is_asked=bool(repair.asks))
        form = RepairForm(data, asks=repair.asks)
        if request.method == "POST" and form.is_valid():
            _repair(request, hub, key, number)
            return see_other("hub_doctor", slug)
    except NexusError as error:
        messages.warning(request, str(error))
        return see_other("hub_doctor", slug)
    context = {"hub": hub, "finding": finding, "repair": repair, "form": form}
    if form.is_valid():
        filled = repair.filled(form.cleaned_data.get("words", ""))
        context["difference"] = examination.difference(filled)
        context["seen"] = examination.fingerprint
    return render(request, "notes/doctor/repair.html", context)


def _repair(request: HttpRequest, hub: Hub, key: str, number: int) -> None:
    assert isinstance(request.user, User)
    doctor.repair_readme(
        hub=hub,
        editor=request.user,
        key=key,
        number=number,
        seen=request.POST.get("seen", ""),
        words=request.POST.get("words", ""),
    )
    messages.success(request, "The README is repaired; its commit follows in a moment.")


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
