"""The reference for `submit.py`: Django's settings of Nexus, a view that inserts a row."""

from __future__ import annotations

import os
import uuid

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.bare_settings")
application = get_wsgi_application()

from notes.models import Tag  # noqa: E402


@csrf_exempt
def insert(_: HttpRequest) -> HttpResponse:
    Tag.objects.create(name=uuid.uuid4().hex)
    return HttpResponse(status=303, headers={"Location": "/"})


urlpatterns = [path("insert", insert)]
