"""The digest's subscribers: ask, confirm, leave; no account is needed.

Mail scanners open every link they see, so a GET only ever shows a page with a button.
"""

from __future__ import annotations

import zoneinfo
from dataclasses import asdict
from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from notes import services
from notes.digests import tokens
from notes.digests.schedule import Slot
from notes.digests.wording import listed
from notes.models import Subscriber
from notes.views.access import access_to
from notes.views.redirects import see_other

METHODS = ["GET", "HEAD", "POST"]


def _time_zones() -> list[tuple[str, str]]:
    return [
        (name, name.replace("_", " "))
        for name in sorted(zoneinfo.available_timezones())
        if name == "UTC" or ("/" in name and not name.startswith("Etc/"))
    ]


class SubscribeForm(forms.Form):
    email = forms.EmailField(
        label="Your mail address",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text="We ask you once by mail whether it was you.",
        error_messages={"required": "Give the address that the digest shall go to."},
    )


class SlotForm(forms.Form):
    """A weekday, an hour and a time zone."""

    weekday = forms.TypedChoiceField(coerce=int, choices=Subscriber.Weekday.choices)
    hour = forms.TypedChoiceField(
        coerce=int, choices=[(hour, f"{hour}:00") for hour in range(24)]
    )
    time_zone = forms.ChoiceField(choices=_time_zones)

    def slot(self) -> Slot:
        return Slot(**self.cleaned_data)


@require_http_methods(METHODS)
def subscribe(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for the digest; the answer is the same whether or not we know the address."""
    hub = access_to(request, slug).hub
    if "asked" in request.GET:
        return render(request, "notes/subscriptions/asked.html", {"hub": hub})
    initial = {"email": getattr(request.user, "email", "")}
    form = SubscribeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.subscribe(email=form.cleaned_data["email"], hub=hub)
        return see_other(f"{reverse('subscribe', args=[hub.slug])}?asked")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {"hub": hub, "form": form}
    return render(request, "notes/subscriptions/subscribe.html", context, status=status)


@require_http_methods(METHODS)
@never_cache
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    try:
        subscription = tokens.read_confirm_token(token)
    except tokens.LinkError as error:
        return _broken(request, error)
    if request.method == "POST":
        services.confirm_subscription(subscription=subscription)
        return see_other("confirm", token)
    context = {
        "hub": subscription.hub,
        "is_active": subscription.is_active,
        "subject": subscription.subject,
        "slot": Slot.of(subscription.subscriber),
        "preferences_url": tokens.preferences_url(subscription.subscriber),
    }
    return render(request, "notes/subscriptions/confirm.html", context)


@require_http_methods(METHODS)
@never_cache
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Choose the day, the hour and whose clock it is."""
    try:
        subscriber = tokens.read_preferences_token(token)
    except tokens.LinkError as error:
        return _broken(request, error)
    form = SlotForm(request.POST or None, initial=asdict(Slot.of(subscriber)))
    if request.method == "POST" and form.is_valid():
        services.choose_slot(subscriber=subscriber, slot=form.slot())
        messages.success(request, f"From now on: {form.slot()}.")
        return see_other("preferences", token)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {
        "form": form,
        "subscriptions": subscriber.subscriptions.filter(ended_at=None),
        "unsubscribe_url": tokens.unsubscribe_url(subscriber),
    }
    template = "notes/subscriptions/preferences.html"
    return render(request, template, context, status=status)


@csrf_exempt
@require_http_methods(METHODS)
@never_cache
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Leave: by the page's button, or by the mail program's own (RFC 8058).

    That one posts without cookies, so there is no CSRF token to check; the signed link
    is the authority. It also asks for an answer that is no redirect.
    """
    try:
        subscriptions = tokens.read_unsubscribe_token(token)
    except tokens.LinkError as error:
        return _broken(request, error)
    if request.method == "POST":
        services.unsubscribe_all(subscriptions=subscriptions)
    context = {
        "subjects": listed([found.subject for found in subscriptions] or ["any hub"]),
        "has_ended": not subscriptions.filter(ended_at=None).exists(),
    }
    return render(request, "notes/subscriptions/unsubscribe.html", context)


def _broken(request: HttpRequest, error: tokens.LinkError) -> HttpResponse:
    is_spent = isinstance(error, tokens.LinkSpentError)
    status = HTTPStatus.GONE if is_spent else HTTPStatus.NOT_FOUND
    return render(
        request, "notes/subscriptions/broken.html", {"error": error}, status=status
    )
