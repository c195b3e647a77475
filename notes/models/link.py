"""Links, the notes that hold them, and what each check saw."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from notes.links.verdicts import Verdict
from notes.models.hub import Hub
from notes.models.note import Note

if TYPE_CHECKING:
    from notes.models.deadlink import ArchivedCopy
    from notes.models.overrule import Overrule

WEB = ("http://", "https://")
VERDICTS = [(verdict.value, verdict.value) for verdict in Verdict]


class LinkQuerySet(models.QuerySet["Link"]):
    def in_hub(self, hub: Hub) -> Self:
        """The links of the hub's published notes."""
        return self.filter(pk__in=NoteLink.objects.in_hub(hub).values("link"))

    def not_overruled_in(self, hub: Hub) -> Self:
        """Without those that somebody in the hub vouches for."""
        return self.exclude(overrules__in=hub.overrules.filter(withdrawn_at=None))

    def due(self, at: datetime) -> Self:
        """Links that want a look by then."""
        return self.filter(Link.is_due(at))

    def unclaimed(self, at: datetime) -> Self:
        """Links at which nobody looks by then."""
        return self.filter(Link.is_unclaimed(at))

    def dead_pages(self) -> Self:
        """Dead links of the web, of which an archive may have a copy."""
        return self.filter(url__startswith="http", verdict=Verdict.DEAD)

    def without_copy(self) -> Self:
        """Dead pages that the archive was not asked for since the last look."""
        asked = Q(archived_copy__asked_at__gte=F("checked_at"))
        return self.dead_pages().exclude(asked)

    def answered(self) -> Self:
        """Pages of which an archive has said whether it has a copy."""
        return self.filter(archived_copy__isnull=False)

    def broken(self) -> Self:
        """Links that are dead beyond doubt: never after one failure."""
        return self.filter(verdict=Verdict.DEAD, is_confirmed=True)


class Link(models.Model):
    """One normalised URL; checked once however many notes hold it.

    A relative link leads elsewhere in each hub, so its ``url`` begins with the hub's
    number: ``7/docs/setup.md#database``.
    """

    url = models.CharField(max_length=2000, unique=True)
    verdict = models.CharField(
        max_length=20, choices=VERDICTS, default=Verdict.UNCHECKED.value
    )
    status = models.PositiveSmallIntegerField(null=True)
    final_url = models.CharField(max_length=2000, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    is_confirmed = models.BooleanField(default=True)
    checked_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    # What the page said of its version when it was last read in full.
    etag = models.CharField(max_length=200, blank=True)
    last_modified = models.CharField(max_length=60, blank=True)
    # Who looks at it now, and until when nobody else does; see `links.claims`.
    claimed_by = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)

    objects = LinkQuerySet.as_manager()
    # What somebody in the hub at hand says against it; `links.overrules` fills it in.
    overrule: Overrule | None = None

    class Meta:
        ordering = ["url"]
        indexes = [
            models.Index(fields=["due_at"]),
            models.Index(
                fields=["claimed_by"],
                condition=Q(claimed_by__isnull=False),
                name="claimed_links",
            ),
        ]

    def __str__(self) -> str:
        return self.url

    # Conditions on the row's own columns alone, which can be asked under its lock.

    @staticmethod
    def is_due(at: datetime) -> Q:
        return Q(due_at=None) | Q(due_at__lte=at)

    @staticmethod
    def is_unclaimed(at: datetime) -> Q:
        return Q(claimed_until=None) | Q(claimed_until__lt=at)

    @staticmethod
    def not_looked_at_since(moment: datetime) -> Q:
        """Not fetched since then; a look that costs no request never hurts."""
        is_old = Q(checked_at=None) | Q(checked_at__lt=moment)
        return is_old | Q(verdict=Verdict.UNCHECKED) | ~Q(url__startswith="http")

    @property
    def is_web(self) -> bool:
        return self.url.startswith(WEB)

    @property
    def is_moved(self) -> bool:
        """For good, to a page of the web that is not this one."""
        is_web = self.final_url.startswith(WEB)
        return self.verdict == Verdict.MOVED and is_web and self.final_url != self.url

    @property
    def copy(self) -> ArchivedCopy | None:
        """What the archive has of it, while it is dead."""
        copy: ArchivedCopy | None = getattr(self, "archived_copy", None)
        return copy if copy and copy.url and self.verdict == Verdict.DEAD else None

    @property
    def replacement(self) -> str:
        """What a note should lead to in its place, if anything."""
        if self.is_moved:
            return self.final_url
        return self.copy.url if self.copy else ""

    @property
    def shown_verdict(self) -> str:
        return Verdict.ALIVE if self.overrule else self.verdict


class NoteLinkQuerySet(models.QuerySet["NoteLink"]):
    def in_hub(self, hub: Hub) -> Self:
        return self.filter(note__hub=hub, note__state=Note.State.PUBLISHED)

    def with_fragment(self) -> Self:
        """Those that name a place on a page of the web."""
        return self.filter(link__url__startswith="http", url__contains="#")

    def lacking_anchor_in(self, hub: Hub) -> Self:
        """Those whose page lacks the place, is not dead, and nobody vouches for."""
        lacking = self.filter(lacks_anchor=True).exclude(link__verdict=Verdict.DEAD)
        standing = hub.overrules.filter(withdrawn_at=None)
        return lacking.exclude(link__in=standing.values("link"))


class NoteLink(models.Model):
    """A link as it stands in a note."""

    note = models.ForeignKey(Note, models.CASCADE, related_name="note_links")
    link = models.ForeignKey(Link, models.CASCADE, related_name="note_links")
    url = models.CharField(max_length=2000, help_text="As the learner wrote it.")
    line = models.PositiveIntegerField(default=1)
    lacks_anchor = models.BooleanField(
        default=False, help_text="The page answers but has no place of that name."
    )
    is_lack_told = models.BooleanField(
        default=False, help_text="A digest told of it; not so once the place is back."
    )

    objects = NoteLinkQuerySet.as_manager()

    class Meta:
        ordering = ["line", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["note", "link", "url"], name="one_link_per_note"
            ),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def fragment(self) -> str:
        """The place on the page, as it is written."""
        return self.url.partition("#")[2].strip()

    @property
    def target(self) -> str:
        """The page in its one form, and the place."""
        return f"{self.link.url}#{self.fragment}"


class LinkCheck(models.Model):
    """What one look at a link saw."""

    link = models.ForeignKey(Link, models.CASCADE, related_name="checks")
    verdict = models.CharField(max_length=20, choices=VERDICTS)
    status = models.PositiveSmallIntegerField(null=True)
    final_url = models.CharField(max_length=2000, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    elapsed_ms = models.PositiveIntegerField(default=0)
    checked_at = models.DateTimeField()

    class Meta:
        ordering = ["-checked_at"]
        indexes = [models.Index(fields=["link", "-checked_at"])]

    def __str__(self) -> str:
        return f"{self.link} {self.verdict}"
