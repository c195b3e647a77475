"""The reference for `submit.py`: Nexus's settings, views that insert one row."""

from __future__ import annotations

import os
import uuid

from django.contrib.auth.decorators import login_required
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.bare_settings")
application = get_wsgi_application()

from notes.models import Tag  # noqa: E402


@csrf_exempt
def insert(_: HttpRequest) -> HttpResponse:
    Tag.objects.create(name=uuid.uuid4().hex)
    return HttpResponse(status=303, headers={"Location": "/"})


@login_required
def insert_as_somebody(request: HttpRequest) -> HttpResponse:
    return insert(request)


urlpatterns = [
    path("insert", insert),
    path("insert-as-somebody", insert_as_somebody),
    path("", include("nexus.urls")),
]
