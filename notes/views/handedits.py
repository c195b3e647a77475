"""What was edited by hand on the remote: each change with its difference, to decide."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from notes.errors import NexusError
from notes.models import PendingChange
from notes.publishing import services
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
    pending = PendingChange.objects.pending(access.hub).select_related("hand_edit")
    changes = [
        (
            change,
            IN_WORDS[ChangeKind(change.kind)],
            compare(change.before, change.after),
        )
        for change in pending
    ]
    context = {"access": access, "hub": access.hub, "changes": changes}
    return render(request, "notes/remote/edits.html", context)


@login_required
@require_POST
def change_decide(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    hub = maintainable(request, slug).hub
    change = get_object_or_404(PendingChange, pk=pk, hand_edit__hub=hub)
    assert isinstance(request.user, User)
    is_accepted = request.POST.get("decision") == "accept"
    decide = services.accept_change if is_accepted else services.decline_change
    try:
        decide(change=change, actor=request.user)
    except NexusError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Taken over." if is_accepted else "Declined.")
    is_over = not PendingChange.objects.pending(hub).exists()
    return see_other("hub_remote" if is_over else "hand_edits", slug)
