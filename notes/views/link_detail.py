"""One link of a hub: every look at it, and what people say against the checks."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from notes.forms import OverruleForm
from notes.links import care, overrules, report
from notes.models import Link
from notes.views.access import Access, access_to, writable
from notes.views.notes import log_in_first
from notes.views.redirects import see_other

LOOKS = 50


@require_safe
def link_detail(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    access = access_to(request, slug)
    return _show(request, access, _link(access, pk), OverruleForm())


@require_POST
def link_overrule(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    if not isinstance(request.user, User):
        return log_in_first(request)
    access = writable(request, slug)
    link, form = _link(access, pk), OverruleForm(request.POST)
    if not form.is_valid():
        return _show(request, access, link, form)
    reason = form.cleaned_data["reason"]
    if not care.overrule(hub=access.hub, link=link, person=request.user, reason=reason):
        messages.info(request, "Somebody has said so already.")
    return see_other("link_detail", slug, pk)


@require_POST
def link_overrule_withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    if not isinstance(request.user, User):
        return log_in_first(request)
    access = writable(request, slug)
    care.withdraw_overrule(hub=access.hub, link=_link(access, pk), person=request.user)
    return see_other("link_detail", slug, pk)


def _link(access: Access, pk: int) -> Link:
    """A link of the hub; of other hubs' links nothing is told here."""
    return get_object_or_404(Link.objects.in_hub(access.hub), pk=pk)


def _show(
    request: HttpRequest, access: Access, link: Link, form: OverruleForm
) -> HttpResponse:
    overrules.attach([link], access.hub)
    said = link.overrules.filter(hub=access.hub)
    context = {
        "access": access,
        "hub": access.hub,
        "link": link,
        "row": report.rows(access.hub, [link])[0],
        "looks": link.checks.all()[:LOOKS],
        "said": said.select_related("person", "withdrawn_by"),
        "form": form,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "notes/links/detail.html", context, status=status)
