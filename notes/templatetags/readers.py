"""The box about the digest, as it concerns whoever looks at a hub."""

from __future__ import annotations

from typing import Any

from django import template

from notes.digests.schedule import Slot
from notes.models import Hub, Subscriber

register = template.Library()


@register.inclusion_tag("notes/hubs/_subscribe.html", takes_context=True)
def subscribe_box(context: template.Context, hub: Hub) -> dict[str, Any]:
    """When it comes, for an account whose address follows the hub; else a form."""
    user = context["user"]
    reader = Subscriber.objects.of(user)
    follows = reader and reader.subscriptions.active().following(hub).exists()
    return {
        "hub": hub,
        "reader": reader if follows else None,
        "slot": Slot.of(reader) if reader and follows else None,
        "email": getattr(user, "email", ""),
        "csrf_token": context.get("csrf_token"),
    }
