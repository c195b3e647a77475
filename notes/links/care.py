"""What people do about links; the looking itself is the workers' business."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from notes.events import record_event
from notes.links.claims import FRESH
from notes.models import EventKind, Hub, Link, Overrule


@transaction.atomic
def request_check(*, hub: Hub, actor: User) -> int:
    """Have every link looked at that nobody looked at within the hour; how many."""
    now = timezone.now()
    stale = Link.objects.in_hub(hub).filter(Link.not_looked_at_since(now - FRESH))
    count = stale.update(due_at=now)
    if count:
        record_event(EventKind.LINKS_CHECK_REQUESTED, hub=hub, actor=actor, links=count)
    return count


@transaction.atomic
def overrule(*, hub: Hub, link: Link, person: User, reason: str) -> bool:
    """Show the link as fine in this hub; False when somebody said so already."""
    is_new = Overrule.objects.get_or_create(
        hub=hub,
        link=link,
        withdrawn_at=None,
        defaults={"person": person, "reason": reason},
    )[1]
    if is_new:
        record_event(
            EventKind.LINK_OVERRULED, hub=hub, actor=person, link=link.pk, reason=reason
        )
    return is_new


@transaction.atomic
def withdraw_overrule(*, hub: Hub, link: Link, person: User) -> bool:
    """Let the checks speak for the link again."""
    standing = Overrule.objects.standing(hub).filter(link=link)
    count = standing.update(withdrawn_at=timezone.now(), withdrawn_by=person)
    if count:
        record_event(
            EventKind.LINK_OVERRULE_WITHDRAWN, hub=hub, actor=person, link=link.pk
        )
    return bool(count)
