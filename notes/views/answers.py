"""Pages that show what would change before it does: the question in the address."""

from __future__ import annotations

from django.http import HttpRequest, QueryDict


def answer_to(
    question: str, request: HttpRequest, *, is_asked: bool
) -> QueryDict | None:
    """What was typed, in earnest (POST) or to look; None before the first look."""
    if request.method == "POST":
        return request.POST
    is_open = is_asked and question not in request.GET
    return None if is_open else request.GET
