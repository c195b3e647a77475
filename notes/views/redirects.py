"""After a POST: 303, so that a reload asks for the page and sends nothing again."""

from __future__ import annotations

from http import HTTPStatus

from django.db.models import Model
from django.http import HttpResponseRedirect
from django.shortcuts import resolve_url


def see_other(to: str | Model, *args: object) -> HttpResponseRedirect:
    """Lead to a page by its route's name, its address or the object that it shows."""
    return HttpResponseRedirect(resolve_url(to, *args), status=HTTPStatus.SEE_OTHER)
