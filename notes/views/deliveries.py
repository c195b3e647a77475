"""Who got a digest and when the mail server took it; for staff."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Self
from zlib import crc32

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from notes import services
from notes.models import Delivery, Edition
from notes.views.access import access_to, staff_only
from notes.views.redirects import see_other

AT_MOST = 200


@dataclass(frozen=True)
class Progress:
    """How many deliveries of an edition are in which state, and whether that moves."""

    counts: list[tuple[str, int]]
    is_live: bool

    @classmethod
    def of(cls, edition: Edition) -> Self:
        sending = edition.deliveries.filter(state=Delivery.State.SENDING)
        due = edition.deliveries.due(timezone.now())
        return cls(edition.deliveries.counted(), (sending | due).exists())

    @property
    def fingerprint(self) -> str:
        return f"{crc32(repr(self).encode()):08x}"

    @property
    def total(self) -> int:
        return sum(count for _, count in self.counts)

    @property
    def settled(self) -> int:
        moving = {Delivery.State.QUEUED, Delivery.State.SENDING}
        return sum(count for state, count in self.counts if state not in moving)


@staff_only
@require_safe
@never_cache
def delivery_panel(request: HttpRequest, slug: str, week: str) -> HttpResponse:
    """The live part of the page; 204 while it is what the page shows already."""
    edition = get_object_or_404(Edition, hub__slug=slug, week=week)
    progress = Progress.of(edition)
    if request.GET.get("shown") == progress.fingerprint:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    context = {
        "hub": edition.hub,
        "edition": edition,
        "progress": progress,
        "state": request.GET.get("state", ""),
    }
    return render(request, "notes/editions/_progress.html", context)


@staff_only
@require_safe
def delivery_list(request: HttpRequest, slug: str, week: str) -> HttpResponse:
    """The deliveries of an edition, those in one state, or those to one address."""
    access = access_to(request, slug)
    edition = get_object_or_404(Edition, hub=access.hub, week=week)
    state, address = request.GET.get("state", ""), request.GET.get("address", "")
    found = edition.deliveries.select_related("subscriber")
    if state:
        found = found.filter(state=state)
    if address:
        found = found.filter(subscriber__email__icontains=address.strip())
    context = {
        "access": access,
        "hub": access.hub,
        "edition": edition,
        "progress": Progress.of(edition),
        "state": state,
        "address": address,
        "deliveries": found[:AT_MOST],
        "left_out": max(found.count() - AT_MOST, 0),
    }
    return render(request, "notes/editions/deliveries.html", context)


@staff_only
@require_POST
def delivery_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """What an operator found out about a delivery in doubt."""
    deliveries = Delivery.objects.select_related("edition__hub")
    delivery = get_object_or_404(deliveries, pk=pk)
    assert isinstance(request.user, User)
    if "again" in request.POST:
        services.send_delivery_again(delivery=delivery, operator=request.user)
    else:
        services.confirm_delivery(delivery=delivery, operator=request.user)
    edition = delivery.edition
    return see_other("delivery_list", edition.hub.slug, edition.week)
