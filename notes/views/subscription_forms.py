"""The forms of the digest's readers: an address, a day and an hour, hubs and tags."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable
from typing import Any

from django import forms

from notes.digests.schedule import Slot
from notes.forms import TagsField
from notes.models import Hub, Subscriber
from notes.models.subscriber import SubscriptionQuerySet


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
        return Slot(*(self.cleaned_data[name] for name in SlotForm.base_fields))


class FollowForm(SlotForm):
    """What somebody follows, and when it comes."""

    all_hubs = forms.BooleanField(
        label="All hubs, those that are yet to come too", required=False
    )
    hubs = forms.ModelMultipleChoiceField(
        queryset=Hub.objects.order_by("title"),
        to_field_name="slug",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    tags = TagsField(
        label="Only notes with one of these tags",
        required=False,
        help_text="Words between commas; without any, every note counts.",
    )

    def clean(self) -> dict[str, Any]:
        chosen = super().clean() or self.cleaned_data
        if not chosen.get("all_hubs") and not chosen.get("hubs"):
            self.add_error("hubs", "Choose a hub, or all of them.")
        return chosen

    def chosen_hubs(self) -> Iterable[Hub | None]:
        return [None] if self.cleaned_data["all_hubs"] else self.cleaned_data["hubs"]


class AskForm(FollowForm, SubscribeForm):
    """An address with all its choices, before it is confirmed."""

    field_order = ["email"]


def as_initial(subscriptions: SubscriptionQuerySet) -> dict[str, object]:
    """What a reader follows, for the fields of FollowForm."""
    found = list(subscriptions.select_related("hub"))
    tags = sorted({tag for one in found for tag in one.tags})
    return {
        "all_hubs": any(one.hub is None for one in found),
        "hubs": [one.hub.slug for one in found if one.hub],
        "tags": ", ".join(tags),
    }
