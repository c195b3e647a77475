"""The feed of a hub's digests, for people who read by feed reader and not by mail."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from notes.models import Edition, Hub

NEWEST = 20
# XML 1.0 has no way to write these, be it as a reference.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

if TYPE_CHECKING:
    Base = Feed[Edition, Hub]
else:
    Base = Feed


class EditionFeed(Base):
    """Each edition whole; identified by its address, which never changes."""

    feed_type = Atom1Feed

    def get_object(self, _: HttpRequest, slug: str) -> Hub:
        return get_object_or_404(Hub, slug=slug)

    def title(self, hub: Hub) -> str:
        return written(f"Weekly digests of {hub.title}")

    def link(self, hub: Hub) -> str:
        return settings.BASE_URL + reverse("edition_list", args=[hub.slug])

    def feed_url(self, hub: Hub) -> str:
        return settings.BASE_URL + reverse("edition_feed", args=[hub.slug])

    def items(self, hub: Hub) -> QuerySet[Edition]:
        editions = hub.editions.select_related("hub").defer("pieces")
        return editions.order_by("-composed_at")[:NEWEST]

    def item_title(self, edition: Edition) -> str:
        return written(edition.subject)

    def item_description(self, edition: Edition) -> str:
        return written(edition.page)

    def item_link(self, edition: Edition) -> str:
        return settings.BASE_URL + edition.get_absolute_url()

    def item_pubdate(self, edition: Edition) -> datetime:
        return edition.composed_at

    def item_updateddate(self, edition: Edition) -> datetime:
        return edition.composed_at


def written(text: str) -> str:
    return UNWRITABLE.sub("", text)
