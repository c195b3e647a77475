"""Links as a hub's people see them: what somebody overruled counts as fine."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Case, Count, F, QuerySet, Value, When

from notes.links.verdicts import Verdict
from notes.models import Hub, Link, Overrule


def as_shown(links: QuerySet[Link], hub: Hub, verdict: str) -> QuerySet[Link]:
    """Those of the links that the hub's pages show with this verdict."""
    return links.annotate(shown_as=_shown_in(hub)).filter(shown_as=verdict)


def count_as_shown(links: QuerySet[Link], hub: Hub) -> dict[str, int]:
    shown = links.order_by().annotate(shown_as=_shown_in(hub)).values_list("shown_as")
    return dict(shown.annotate(Count("pk", distinct=True)))


def attach(links: Sequence[Link], hub: Hub) -> None:
    """Give each link the overrule that stands in this hub; one query."""
    keys = {link.pk for link in links}
    standing = Overrule.objects.standing(hub).filter(link__in=keys)
    overrules = {one.link_id: one for one in standing.select_related("person")}
    for link in links:
        link.overrule = overrules.get(link.pk)


def _shown_in(hub: Hub) -> Case:
    overruled = Overrule.objects.standing(hub).values("link")
    fine = When(pk__in=overruled, then=Value(Verdict.ALIVE.value))
    return Case(fine, default=F("verdict"))
