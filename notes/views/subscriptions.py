"""The digest's subscribers: ask, confirm, leave; no account is needed.

Mail scanners open every link they see, so a GET only ever shows a page with a button.
"""

from __future__ import annotations

from dataclasses import asdict
from http import HTTPStatus
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from notes import subscribing
from notes.digests import tokens
from notes.digests.schedule import Slot
from notes.digests.wording import listed
from notes.models import Subscriber
from notes.views.access import access_to
from notes.views.redirects import see_other
from notes.views.subscription_forms import (
    AskForm,
    FollowForm,
    SubscribeForm,
    as_initial,
)

METHODS = ["GET", "HEAD", "POST"]
USUAL = Slot(Subscriber.Weekday.MONDAY, 7, "UTC")


@require_http_methods(METHODS)
def subscribe(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for the digest; the answer is the same whether or not we know the address."""
    hub = access_to(request, slug).hub
    if "asked" in request.GET:
        return render(request, "notes/subscriptions/asked.html", {"hub": hub})
    initial = {"email": getattr(request.user, "email", "")}
    form = SubscribeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        subscribing.subscribe(email=form.cleaned_data["email"], hub=hub)
        return see_other(f"{reverse('subscribe', args=[hub.slug])}?asked")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {"hub": hub, "form": form}
    return render(request, "notes/subscriptions/subscribe.html", context, status=status)


@require_http_methods(METHODS)
def subscribe_choosing(request: HttpRequest) -> HttpResponse:
    """Ask for the digests of several hubs or of all, on a day and at an hour."""
    if "asked" in request.GET:
        return render(request, "notes/subscriptions/asked.html", {})
    initial = {
        "email": getattr(request.user, "email", ""),
        "hubs": request.GET.getlist("hub"),
        **asdict(USUAL),
    }
    form = AskForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        subscribing.ask(
            email=form.cleaned_data["email"],
            hubs=form.chosen_hubs(),
            tags=form.cleaned_data["tags"],
            slot=form.slot(),
        )
        return see_other(f"{reverse('subscribe_choosing')}?asked")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    template = "notes/subscriptions/choose.html"
    return render(request, template, {"form": form}, status=status)


@login_required
@require_safe
def my_digest(request: HttpRequest) -> HttpResponse:
    """The preferences of an account's own address, if that has been confirmed."""
    subscriber = Subscriber.objects.of(request.user)
    if subscriber is None:
        return see_other("subscribe_choosing")
    return see_other(urlsplit(tokens.preferences_url(subscriber)).path)


@require_http_methods(METHODS)
@never_cache
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    try:
        subscription = tokens.read_confirm_token(token)
    except tokens.LinkError as error:
        return _broken(request, error)
    if request.method == "POST":
        subscribing.confirm_subscription(subscription=subscription)
        return see_other("confirm", token)
    is_active = subscription.is_active
    asked = tokens.pending(subscription.subscriber).select_related("hub")
    context = {
        "hub": subscription.hub,
        "is_active": is_active,
        "subject": listed([one.subject for one in asked] or [subscription.subject]),
        "slot": Slot.of(subscription.subscriber),
        "preferences_url": tokens.preferences_url(subscription.subscriber),
    }
    return render(request, "notes/subscriptions/confirm.html", context)


@require_http_methods(METHODS)
@never_cache
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Choose the hubs, the tags, the day, the hour and whose clock it is."""
    try:
        subscriber = tokens.read_preferences_token(token)
    except tokens.LinkError as error:
        return _broken(request, error)
    followed = subscriber.subscriptions.filter(
        confirmed_at__isnull=False, ended_at=None
    )
    initial = {**asdict(Slot.of(subscriber)), **as_initial(followed)}
    form = FollowForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        _choose(subscriber, form)
        messages.success(request, f"From now on: {form.slot()}.")
        return see_other("preferences", token)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {
        "form": form,
        "subscriber": subscriber,
        "has_ended": not followed.exists(),
        "unsubscribe_url": tokens.unsubscribe_url(subscriber),
    }
    template = "notes/subscriptions/preferences.html"
    return render(request, template, context, status=status)


@transaction.atomic
def _choose(subscriber: Subscriber, form: FollowForm) -> None:
    """Both, or neither."""
    subscribing.choose_slot(subscriber=subscriber, slot=form.slot())
    tags = form.cleaned_data["tags"]
    subscribing.follow(subscriber=subscriber, hubs=form.chosen_hubs(), tags=tags)


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
        subscribing.unsubscribe_all(subscriptions=subscriptions)
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
