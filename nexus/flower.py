"""The only door to Flower: a proxy for staff, in front of its unix socket.

Flower shows everything and can stop workers, and has no idea of Nexus's accounts. Staff
may look, superusers may act. Nothing of a Nexus session reaches Flower, and no cookie
of Flower's reaches the browser.
"""

from __future__ import annotations

import http.client
import socket
from base64 import b64encode
from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from notes.views.access import staff_only

TIMEOUT_SECONDS = 10.0
LARGEST_ANSWER_BYTES = 32 * 1024 * 1024
READING_METHODS = {"GET", "HEAD"}
ACTING_METHODS = {"POST", "PUT", "DELETE"}
# The tasks page asks for its rows by POST, since a GET would be too long.
READING_POSTS = {"tasks/datatable"}
FORWARDED_HEADERS = {
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Content-Type",
    "If-Modified-Since",
    "If-None-Match",
    "User-Agent",
    "X-Requested-With",
}
RETURNED_HEADERS = {
    "cache-control",
    "content-encoding",
    "content-type",
    "etag",
    "expires",
    "last-modified",
    "location",
    "vary",
}
# Flower's pages hold scripts and styles in line; only they get this policy.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


@csrf_exempt  # Flower's forms carry no token of Django's; require_right checks instead
@staff_only
def flower(request: HttpRequest, path: str) -> HttpResponse:
    require_right(request, path)
    try:
        return forward(request)
    except (FileNotFoundError, ConnectionRefusedError):
        return unavailable(
            request, HTTPStatus.SERVICE_UNAVAILABLE, "Flower is not running (yet)."
        )
    except (OSError, http.client.HTTPException):
        return unavailable(
            request, HTTPStatus.BAD_GATEWAY, "Flower did not answer as it should."
        )


def require_right(request: HttpRequest, path: str) -> None:
    """Let staff look and superusers act, from a page of Nexus's own origin only."""
    if request.method in READING_METHODS:
        return
    if request.method not in ACTING_METHODS:
        raise PermissionDenied("Flower takes no such request.")
    if not is_same_origin(request):
        raise PermissionDenied("This request came from another site.")
    if not request.user.is_superuser and path not in READING_POSTS:
        raise PermissionDenied("Staff may look at Flower; only superusers may act.")


def is_same_origin(request: HttpRequest) -> bool:
    """What the browser itself says of where a request came from; silence is a no."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = f"{request.scheme}://{request.get_host()}"
    return request.headers.get("Origin") == origin


def forward(request: HttpRequest) -> HttpResponse:
    """Ask Flower the same and hand on its answer, of the headers only the harmless."""
    connection = connect(settings.NEXUS_FLOWER_SOCKET)
    try:
        connection.request(
            request.method or "GET",
            request.get_full_path(),
            body=request.body or None,
            headers=headers_for_flower(request),
        )
        return answer(connection.getresponse())
    finally:
        connection.close()


def connect(address: str) -> http.client.HTTPConnection:
    """A connection to a unix socket's path, or to ``http://host:port``."""
    if not address.startswith("http"):
        return UnixConnection(address, TIMEOUT_SECONDS)
    parts = urlsplit(address)
    return http.client.HTTPConnection(
        parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS
    )


def headers_for_flower(request: HttpRequest) -> dict[str, str]:
    names = FORWARDED_HEADERS & {name.title() for name in request.headers}
    headers = {name: request.headers[name] for name in names}
    headers["Host"] = request.get_host()
    if settings.NEXUS_FLOWER_BASIC_AUTH:
        secret = b64encode(settings.NEXUS_FLOWER_BASIC_AUTH.encode()).decode()
        headers["Authorization"] = f"Basic {secret}"
    return headers


def answer(reply: http.client.HTTPResponse) -> HttpResponse:
    """Flower's answer under Nexus's rules; HTTPException when it is too large."""
    content = reply.read(LARGEST_ANSWER_BYTES + 1)
    if len(content) > LARGEST_ANSWER_BYTES:
        raise http.client.HTTPException("the answer is too large")
    response = HttpResponse(content, status=reply.status, reason=reply.reason)
    del response.headers["Content-Type"]
    for name, value in reply.getheaders():
        if name.lower() in RETURNED_HEADERS:
            response.headers[name] = value
    response.headers["Content-Security-Policy"] = POLICY
    return response


def unavailable(request: HttpRequest, status: HTTPStatus, why: str) -> HttpResponse:
    context = {"why": why}
    response = render(request, "notes/flower_away.html", context, status=status)
    response.headers["Retry-After"] = "5"
    return response
