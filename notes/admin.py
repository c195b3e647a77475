"""Every row for an operator; the ledger and the outbox are there to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from notes import models, services

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Model]
else:
    Admin = admin.ModelAdmin


class ReadOnly(Admin):
    """Rows that only the machinery writes."""

    def has_add_permission(self, *_: Any, **__: Any) -> bool:
        return False

    def has_change_permission(self, *_: Any, **__: Any) -> bool:
        return False

    def has_delete_permission(self, *_: Any, **__: Any) -> bool:
        return False


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = models.Membership
    autocomplete_fields = ["user"]
    extra = 0


@admin.register(models.Hub)
class HubAdmin(Admin):
    list_display = ["title", "slug", "created_at"]
    search_fields = ["title", "slug"]
    inlines = [MembershipInline]

    def get_readonly_fields(
        self, _: HttpRequest, obj: Model | None = None
    ) -> list[str]:
        """The hub's git repository is called by its slug."""
        return ["slug"] if obj else []

    def save_model(
        self, request: HttpRequest, obj: Model, form: Any, change: bool
    ) -> None:
        """A new hub comes with its sections and its README row."""
        assert isinstance(obj, models.Hub)
        if change:
            super().save_model(request, obj, form, change)
            return
        hub = services.create_hub(slug=obj.slug, title=obj.title)
        obj.pk, obj.created_at = hub.pk, hub.created_at


@admin.register(models.Membership)
class MembershipAdmin(Admin):
    list_display = ["user", "hub", "role"]
    list_filter = ["role", "hub"]
    search_fields = ["user__username"]
    autocomplete_fields = ["user", "hub"]


@admin.register(models.Section)
class SectionAdmin(ReadOnly):
    list_display = ["title", "hub", "kind", "position"]
    list_filter = ["kind", "hub"]
    search_fields = ["title"]


@admin.register(models.Note)
class NoteAdmin(ReadOnly):
    """Read only: a change that records no event would never reach the README."""

    list_display = ["__str__", "hub", "section", "author", "state", "submitted_at"]
    list_filter = ["state", "hub"]
    list_select_related = ["hub", "section", "author"]
    search_fields = ["title", "body", "problem", "solution"]
    date_hierarchy = "submitted_at"


@admin.register(models.Tag)
class TagAdmin(Admin):
    search_fields = ["name"]


@admin.register(models.Readme)
class ReadmeAdmin(ReadOnly):
    list_display = ["hub", "requested", "published", "short_commit", "published_at"]
    list_select_related = ["hub"]


@admin.register(models.Revision)
class RevisionAdmin(ReadOnly):
    list_display = ["hub", "commit"]
    list_filter = ["hub"]
    search_fields = ["commit"]


@admin.register(models.Remote)
class RemoteAdmin(ReadOnly):
    """Not even the ciphertext of the credentials is here."""

    list_display = ["hub", "place", "branch", "mode", "checked_at"]
    list_select_related = ["hub"]
    fields = ["hub", "url", "branch", "path", "mode", "proposal", "checked_at"]


@admin.register(models.HandEdit)
class HandEditAdmin(ReadOnly):
    list_display = ["commit", "hub", "author_name", "subject", "found_at", "closed_at"]
    list_filter = ["hub"]
    list_select_related = ["hub"]


@admin.register(models.PendingChange)
class PendingChangeAdmin(ReadOnly):
    list_display = ["kind", "title", "section", "hand_edit", "state", "decided_at"]
    list_filter = ["state", "kind"]
    list_select_related = ["hand_edit"]


@admin.register(models.Link)
class LinkAdmin(ReadOnly):
    list_display = ["url", "verdict", "status", "reason", "checked_at"]
    list_filter = ["verdict"]
    search_fields = ["url"]


@admin.register(models.LinkCheck)
class LinkCheckAdmin(ReadOnly):
    list_display = ["link", "verdict", "status", "reason", "elapsed_ms", "checked_at"]
    list_filter = ["verdict"]
    list_select_related = ["link"]
    search_fields = ["link__url"]
    date_hierarchy = "checked_at"


@admin.register(models.Overrule)
class OverruleAdmin(ReadOnly):
    list_display = ["link", "hub", "reason", "person", "made_at", "withdrawn_at"]
    list_select_related = ["link", "hub", "person"]
    search_fields = ["link__url", "reason"]


@admin.register(models.ArchivedCopy)
class ArchivedCopyAdmin(ReadOnly):
    list_display = ["link", "url", "taken_at", "asked_at"]
    list_select_related = ["link"]
    search_fields = ["link__url"]


@admin.register(models.DeathNotice)
class DeathNoticeAdmin(ReadOnly):
    list_display = ["link", "author", "hub"]
    list_select_related = ["link", "author", "hub"]
    search_fields = ["link__url"]


@admin.register(models.NoteLink)
class NoteLinkAdmin(ReadOnly):
    list_display = ["url", "note", "line"]
    list_select_related = ["note"]
    search_fields = ["url"]


@admin.register(models.Subscriber)
class SubscriberAdmin(Admin):
    list_display = ["email", "created_at"]
    search_fields = ["email"]

    def get_deleted_objects(self, *args: Any) -> Any:
        """Who wants to be forgotten is, with the rows that nobody may delete alone."""
        names, counts, _, protected = super().get_deleted_objects(*args)
        return names, counts, set(), protected


@admin.register(models.Subscription)
class SubscriptionAdmin(ReadOnly):
    list_display = ["subscriber", "hub", "requested_at", "confirmed_at", "ended_at"]
    list_filter = ["hub"]
    list_select_related = ["subscriber", "hub"]
    search_fields = ["subscriber__email"]


@admin.register(models.Edition)
class EditionAdmin(ReadOnly):
    list_display = ["hub", "week", "subject", "composed_at"]
    list_filter = ["hub"]
    list_select_related = ["hub"]


@admin.register(models.Delivery)
class DeliveryAdmin(ReadOnly):
    list_display = ["edition", "subscriber", "state", "error", "sent_at"]
    list_filter = ["state", "edition__hub"]
    list_select_related = ["edition__hub", "subscriber"]
    search_fields = ["subscriber__email"]


@admin.register(models.Pause)
class PauseAdmin(Admin):
    list_display = ["domain", "since", "until", "answer"]


@admin.register(models.Event)
class EventAdmin(ReadOnly):
    list_display = ["id", "kind", "hub", "note", "actor", "recorded_at", "announced_at"]
    list_filter = ["kind", "hub"]
    list_select_related = ["hub", "note", "actor"]
    search_fields = ["key"]
    date_hierarchy = "recorded_at"


@admin.register(models.Job)
class JobAdmin(ReadOnly):
    list_display = ["name", "hub", "state", "attempts", "created_at", "finished_at"]
    list_filter = ["state", "handler", "hub"]
    list_select_related = ["hub"]
    search_fields = ["id", "error"]
    date_hierarchy = "created_at"
