"""The archive: every digest of a hub as it went out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from notes.digests.schedule import Week
from notes.digests.wording import days_of
from notes.models import Edition
from notes.views.access import access_to


def as_html(edition: Edition) -> SafeString:
    """Rendered from escaped fields and cleaned Markdown when it was composed."""
    return mark_safe(edition.page)  # noqa: S308


@require_safe
def edition_list(request: HttpRequest, slug: str) -> HttpResponse:
    access = access_to(request, slug)
    editions = access.hub.editions.defer("pieces", "page")
    weeks = [(edition, Week.parse(edition.week)) for edition in editions]
    context = {
        "access": access,
        "hub": access.hub,
        "rows": [(edition, week.number, days_of(week)) for edition, week in weeks],
    }
    return render(request, "notes/editions/list.html", context)


@require_safe
def edition_detail(request: HttpRequest, slug: str, week: str) -> HttpResponse:
    """One edition; staff also see how many got it."""
    access = access_to(request, slug)
    edition = get_object_or_404(Edition, hub=access.hub, week=week)
    context = {
        "access": access,
        "hub": access.hub,
        "edition": edition,
        "week": Week.parse(edition.week),
        "days": days_of(Week.parse(edition.week)),
        "page": as_html(edition),
        "deliveries": edition.deliveries.counted() if request.user.is_staff else None,
    }
    return render(request, "notes/editions/detail.html", context)
