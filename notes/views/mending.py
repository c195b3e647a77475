"""A link that moved or died replaced by one click, after showing what changes."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from notes import services
from notes.errors import NexusError
from notes.mending import address_for, mended
from notes.views.notes import FORM_METHODS, editable, log_in_first
from notes.views.redirects import see_other


@require_http_methods(FORM_METHODS)
def link_mend(request: HttpRequest, slug: str, pk: int, link: int) -> HttpResponse:
    """What was shown is what is saved: where either text differs, it is shown anew."""
    if not isinstance(request.user, User):
        return log_in_first(request)
    access, note = editable(request, slug, pk)
    if not note.is_published:
        raise Http404("This note is withdrawn.")
    items = note.note_links.select_related("link__archived_copy")
    item = get_object_or_404(items, pk=link)
    try:
        new, text = address_for(item), mended(note, item)
        if request.method == "POST" and request.POST.get("new") == new:
            seen = request.POST.get("seen") or "nothing"
            services.edit_note(note=note, editor=request.user, text=text, seen=seen)
            messages.success(request, "The link leads to its new address now.")
            return see_other(note)
    except services.NoteChangedError:
        messages.warning(request, "The note has changed; look at it again.")
        return see_other("link_mend", slug, pk, link)
    except NexusError as error:
        messages.error(request, str(error))
        return see_other(note)
    context = {
        "hub": access.hub,
        "note": note,
        "item": item,
        "new": new,
        "difference": services.preview_note(note=note, text=text),
    }
    return render(request, "notes/links/mend.html", context)
