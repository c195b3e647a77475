"""What was edited by hand on the remote: each change with its difference, to decide."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from notes.errors import NexusError
from notes.models import PendingChange
from notes.publishing import placing, services
from notes.publishing.forms import PlaceForm
from notes.readme import assembly
from notes.readme.differences import compare
from notes.readme.model import ChangeKind
from notes.views.access import maintainable
from notes.views.redirects import see_other

IN_WORDS = {
    ChangeKind.NEW: "New note",
    ChangeKind.CHANGED: "Changed note",
    ChangeKind.REMOVED: "Removed note",
    ChangeKind.TEXT: "Text",
    ChangeKind.WHOLE: "Another README",
}


@login_required
@require_safe
def hand_edits(request: HttpRequest, slug: str) -> HttpResponse:
    access = maintainable(request, slug)
    pending = PendingChange.objects.pending(access.hub)
    present = assembly.text(access.hub)
    rows = [_row(one, present) for one in pending.select_related("hand_edit__hub")]
    context = {"access": access, "hub": access.hub, "rows": rows}
    return render(request, "notes/remote/edits.html", context)


def _row(change: PendingChange, present: str) -> dict[str, Any]:
    return {
        "change": change,
        "kind": IN_WORDS[ChangeKind(change.kind)],
        "difference": compare(change.before, change.after),
        "form": PlaceForm(change) if placing.is_homeless(change, present) else None,
    }


@login_required
@require_POST
def change_decide(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    hub = maintainable(request, slug).hub
    change = get_object_or_404(PendingChange, pk=pk, hand_edit__hub=hub)
    assert isinstance(request.user, User)
    is_accepted = request.POST.get("decision") == "accept"
    try:
        if is_accepted:
            place = request.POST.get("place", "")
            services.accept_change(change=change, actor=request.user, place=place)
        else:
            services.decline_change(change=change, actor=request.user)
    except NexusError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Taken over." if is_accepted else "Declined.")
    is_over = not PendingChange.objects.pending(hub).exists()
    return see_other("hub_remote" if is_over else "hand_edits", slug)
