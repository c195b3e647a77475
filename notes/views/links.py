"""The report on a hub's links: on a page, live while a check runs, and as files."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from notes.links import care, report
from notes.links.overrules import count_as_shown
from notes.links.report import MISSING_ANCHOR, Choice
from notes.links.summary import NAMES
from notes.models import Hub, Link
from notes.views import link_files
from notes.views.access import Access, access_to, writable
from notes.views.link_panel import panel_of
from notes.views.notes import log_in_first
from notes.views.redirects import see_other

PER_PAGE = 25
Chip = tuple[str, str, int]


@require_safe
def link_report(request: HttpRequest, slug: str) -> HttpResponse:
    access = access_to(request, slug)
    return render(request, "notes/links/report.html", _context(request, access))


@require_safe
@never_cache
def link_panel(request: HttpRequest, slug: str) -> HttpResponse:
    """The live part of the report; 204 while it is what the page shows already."""
    access = access_to(request, slug)
    if request.GET.get("shown") == panel_of(access.hub).fingerprint:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    context = _context(request, access) | {"is_fragment": True}
    return render(request, "notes/links/_panel.html", context)


@require_POST
def link_check(request: HttpRequest, slug: str) -> HttpResponse:
    if not isinstance(request.user, User):
        return log_in_first(request)
    hub = writable(request, slug).hub
    if not care.request_check(hub=hub, actor=request.user):
        messages.info(request, "Every link was looked at within the last hour.")
    return see_other("link_report", hub.slug)


@require_safe
def link_csv(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    hub = access_to(request, slug).hub
    lines = link_files.csv_lines(report.every_row(hub, Choice.of(request.GET)))
    return _file(hub, lines, "text/csv; charset=utf-8", "csv")


@require_safe
def link_json(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    hub = access_to(request, slug).hub
    lines = link_files.json_lines(report.every_row(hub, Choice.of(request.GET)))
    return _file(hub, lines, "application/json", "json")


def _context(request: HttpRequest, access: Access) -> dict[str, object]:
    choice = Choice.of(request.GET)
    links = report.chosen(access.hub, choice).select_related("archived_copy")
    page = Paginator(links, PER_PAGE).get_page(request.GET.get("page"))
    counts = count_as_shown(Link.objects.in_hub(access.hub), access.hub)
    return {
        "access": access,
        "hub": access.hub,
        "panel": panel_of(access.hub),
        "choice": choice,
        "page": page,
        "rows": report.rows(access.hub, list(page)),
        "total": sum(counts.values()),
        "chips": _chips(access.hub, choice, counts),
    }


def _chips(hub: Hub, choice: Choice, counts: dict[str, int]) -> list[Chip]:
    """What the report can be narrowed to, each with how many links there are."""
    counted = counts | {MISSING_ANCHOR: report.lacking_anchor(hub).count()}
    names = {str(verdict): name for verdict, name in NAMES.items()}
    names[MISSING_ANCHOR] = "missing anchor"
    return [
        (value, name, counted.get(value, 0))
        for value, name in names.items()
        if counted.get(value) or value == choice.verdict
    ]


def _file(
    hub: Hub, lines: link_files.Lines, content_type: str, ending: str
) -> StreamingHttpResponse:
    name = f"{hub.slug}-links.{ending}"
    return StreamingHttpResponse(
        lines,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
