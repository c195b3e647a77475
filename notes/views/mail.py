"""Mail at a glance for staff: what is late, what went out, who gets nothing and why."""

from __future__ import annotations

from collections import Counter

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from notes.digests import suppression
from notes.digests.overdue import overdue
from notes.models import Delivery, Edition, Pause, Subscriber
from notes.views.access import staff_only
from notes.views.redirects import see_other

EDITIONS_SHOWN = 20
FOUND_SHOWN = 50
PER_PAGE = 50


@staff_only
@require_safe
def mail_overview(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    address, week = (request.GET.get(name, "").strip() for name in ("address", "week"))
    context = {
        "overdue": overdue(now),
        "pauses": Pause.objects.filter(until__gt=now),
        "editions": _newest_editions(),
        "suppressed": Subscriber.objects.filter(refused_at__isnull=False).count(),
        "address": address,
        "week": week,
        "found": _found(address, week) if address else None,
    }
    return render(request, "notes/mail/overview.html", context)


def _newest_editions() -> list[tuple[Edition, list[tuple[str, int]]]]:
    """The newest editions with how many deliveries are in which state."""
    editions = Edition.objects.select_related("hub").defer("pieces", "page")
    newest = editions.order_by("-composed_at")[:EDITIONS_SHOWN]
    rows = Delivery.objects.filter(edition__in=[edition.pk for edition in newest])
    counted = rows.order_by().values_list("edition", "state").annotate(Count("id"))
    counts = Counter({(pk, state): count for pk, state, count in counted})
    return [
        (
            edition,
            [
                (state, counts[edition.pk, state])
                for state in Delivery.State.values
                if counts[edition.pk, state]
            ],
        )
        for edition in newest
    ]


def _found(address: str, week: str) -> list[Delivery]:
    """What went, or did not go, to addresses like this one; newest week first."""
    found = Delivery.objects.filter(subscriber__email__icontains=address)
    if week:
        found = found.filter(edition__week__iendswith=week)
    related = found.select_related("subscriber", "edition__hub")
    newest = related.defer("edition__pieces", "edition__page")
    return list(newest.order_by("-edition__week", "id")[:FOUND_SHOWN])


@staff_only
@require_safe
def suppression_list(request: HttpRequest) -> HttpResponse:
    address = request.GET.get("address", "").strip()
    found = Subscriber.objects.filter(refused_at__isnull=False)
    if address:
        found = found.filter(email__icontains=address)
    page = Paginator(found.order_by("-refused_at", "id"), PER_PAGE)
    context = {"address": address, "page": page.get_page(request.GET.get("page"))}
    return render(request, "notes/mail/suppressed.html", context)


@staff_only
@require_POST
def suppression_lift(request: HttpRequest, pk: int) -> HttpResponse:
    subscriber = get_object_or_404(Subscriber, pk=pk)
    assert isinstance(request.user, User)
    if suppression.lift(subscriber=subscriber, operator=request.user):
        messages.success(request, f"{subscriber} gets mail again.")
    return see_other("suppression_list")
