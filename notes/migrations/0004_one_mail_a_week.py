"""One mail a week for a reader, whichever hubs they follow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, OuterRef, Q, Subquery

WEEKDAYS = [
    (0, "Monday"),
    (1, "Tuesday"),
    (2, "Wednesday"),
    (3, "Thursday"),
    (4, "Friday"),
    (5, "Saturday"),
    (6, "Sunday"),
]
SLOT = ("weekday", "hour", "time_zone")


def forwards(apps: Any, schema_editor: Any) -> None:
    move_slots(apps)
    address_deliveries(apps)
    cut_editions(apps)
    if schema_editor.connection.vendor == "postgresql":
        # Tables with checks that wait for the commit cannot be altered.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def move_slots(apps: Any) -> None:
    """A reader of several hubs keeps the hour of the subscription confirmed last."""
    Subscriber = apps.get_model("notes", "Subscriber")
    Subscription = apps.get_model("notes", "Subscription")
    newest = Subscription.objects.filter(subscriber=OuterRef("pk")).order_by(
        F("ended_at").desc(nulls_first=True),
        F("confirmed_at").desc(nulls_last=True),
        "-id",
    )
    Subscriber.objects.filter(subscriptions__isnull=False).update(
        **{name: Subquery(newest.values(name)[:1]) for name in SLOT}
    )


def address_deliveries(apps: Any) -> None:
    Delivery = apps.get_model("notes", "Delivery")
    Subscription = apps.get_model("notes", "Subscription")
    subscription = Subscription.objects.filter(pk=OuterRef("subscription_id"))
    Delivery.objects.update(
        subscriber_id=Subquery(subscription.values("subscriber_id")[:1]),
        expires_at=F("due_at") + timedelta(days=3),
    )


def cut_editions(apps: Any) -> None:
    """What stands between the frame and the foot of an old mail becomes one piece."""
    Edition = apps.get_model("notes", "Edition")
    for edition in Edition.objects.all():
        html = edition.html[edition.html.find("<h1") :].partition('<div class="foot"')[0]
        text = edition.text.rpartition("\n-- \n")[0].strip("\n")
        piece = {"html": html, "text": text, "group": None, "tags": None}
        edition.pieces = [{**piece, "is_news": True}]
        edition.save(update_fields=["pieces"])


class Migration(migrations.Migration):
    dependencies = [("notes", "0003_sections_can_be_removed")]

    operations = [
        migrations.CreateModel(
            name="Pause",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("domain", models.CharField(max_length=255, unique=True)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("answer", models.CharField(blank=True, max_length=500)),
            ],
            options={"ordering": ["domain"]},
        ),
        migrations.AddField(
            "subscriber",
            "weekday",
            models.PositiveSmallIntegerField(choices=WEEKDAYS, default=0),
        ),
        migrations.AddField(
            "subscriber",
            "hour",
            models.PositiveSmallIntegerField(
                default=7, validators=[django.core.validators.MaxValueValidator(23)]
            ),
        ),
        migrations.AddField(
            "subscriber",
            "time_zone",
            models.CharField(
                default="UTC", help_text="Such as Europe/Berlin.", max_length=64
            ),
        ),
        migrations.AddField(
            "subscription", "tags", models.JSONField(blank=True, default=list)
        ),
        migrations.AlterField(
            "subscription",
            "hub",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="subscriptions",
                to="notes.hub",
            ),
        ),
        migrations.AddConstraint(
            "subscription",
            models.UniqueConstraint(
                condition=Q(hub=None),
                fields=("subscriber",),
                name="one_subscription_to_all_hubs",
            ),
        ),
        migrations.AddField("edition", "pieces", models.JSONField(default=list)),
        migrations.AddField(
            "delivery",
            "subscriber",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="notes.subscriber",
            ),
        ),
        migrations.AddField("delivery", "expires_at", models.DateTimeField(null=True)),
        migrations.RunPython(forwards, elidable=False),
        *(migrations.RemoveField("subscription", name) for name in SLOT),
        migrations.RemoveField("edition", "text"),
        migrations.RemoveField("edition", "html"),
        migrations.RemoveIndex("delivery", "notes_deliv_edition_c23bf6_idx"),
        migrations.RemoveConstraint("delivery", "one_delivery_per_subscription"),
        migrations.RemoveField("delivery", "subscription"),
        migrations.AlterField(
            "delivery",
            "subscriber",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="notes.subscriber",
            ),
        ),
        migrations.AlterField("delivery", "expires_at", models.DateTimeField()),
        migrations.AddConstraint(
            "delivery",
            models.UniqueConstraint(
                fields=("edition", "subscriber"), name="one_delivery_per_subscriber"
            ),
        ),
        migrations.AddIndex(
            "delivery",
            models.Index(
                fields=["edition", "state"], name="notes_deliv_edition_2d2dd6_idx"
            ),
        ),
        migrations.AddIndex(
            "delivery",
            models.Index(
                condition=Q(state="queued"),
                fields=["due_at", "subscriber"],
                name="due_deliveries",
            ),
        ),
        migrations.AddIndex(
            "delivery",
            models.Index(
                condition=Q(state="sending"),
                fields=["sending_at"],
                name="deliveries_on_their_way",
            ),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='state',
            field=models.CharField(choices=[('queued', 'Queued'), ('sending', 'Sending'), ('sent', 'Sent'), ('failed', 'Failed'), ('doubt', 'Doubt'), ('cancelled', 'Cancelled'), ('skipped', 'Skipped')], default='queued', max_length=20),
        ),
        migrations.AlterField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('note.submitted', 'Note Submitted'), ('note.edited', 'Note Edited'), ('note.moved', 'Note Moved'), ('note.withdrawn', 'Note Withdrawn'), ('section.added', 'Section Added'), ('section.renamed', 'Section Renamed'), ('section.moved', 'Section Moved'), ('section.removed', 'Section Removed'), ('checklist.changed', 'Checklist Changed'), ('readme.imported', 'Readme Imported'), ('readme.published', 'Readme Published'), ('remote.changed', 'Remote Changed'), ('remote.removed', 'Remote Removed'), ('push.fell_due', 'Push Fell Due'), ('handedit.noticed', 'Handedit Noticed'), ('handedit.settled', 'Handedit Settled'), ('links.check_requested', 'Links Check Requested'), ('links.checked', 'Links Checked'), ('links.fell_due', 'Links Fell Due'), ('link.verdict_changed', 'Link Verdict Changed'), ('link.overruled', 'Link Overruled'), ('link.overrule_withdrawn', 'Link Overrule Withdrawn'), ('subscription.requested', 'Subscription Requested'), ('subscription.confirmed', 'Subscription Confirmed'), ('subscription.changed', 'Subscription Changed'), ('subscription.ended', 'Subscription Ended'), ('digest.fell_due', 'Digest Fell Due'), ('digest.composed', 'Digest Composed'), ('digest.skipped', 'Digest Skipped'), ('deliveries.fell_due', 'Deliveries Fell Due'), ('delivery.settled', 'Delivery Settled'), ('digest.sent', 'Digest Sent'), ('housekeeping.fell_due', 'Housekeeping Fell Due')], max_length=40),
        ),
    ]
