"""What every page has in common: its headers, and a sentence where work failed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from notes.errors import NexusError

logger = logging.getLogger(__name__)

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


def content_security_policy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Nothing from elsewhere runs or loads; a view may set its own policy."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    return middleware


class SayWhatFailed:
    """A view that meets a NexusError shows the error's sentence, not a bare 500."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        if not isinstance(exception, NexusError):
            return None
        logger.error("%s %s: %s", request.method, request.path, exception)
        status = HTTPStatus.SERVICE_UNAVAILABLE
        return render(request, "503.html", {"exception": exception}, status=status)
