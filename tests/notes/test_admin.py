"""The admin: every list opens, and what only the machinery writes is there to read."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from notes import services, subscribing
from notes.models import Event, Hub, Job, Readme, Subscriber, Subscription

MODELS = list(apps.get_app_config("notes").get_models())


@pytest.fixture(autouse=True)
def loaded() -> None:
    """The web process loads the admin with its addresses."""
    get_resolver().url_patterns  # noqa: B018


@pytest.fixture
def root(client: Client, db: None) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_every_model_has_a_list_that_opens(root, section, ada, model):
    text = services.NoteText(section=section, title="Celery", tags=("queues",))
    services.submit_note(hub=section.hub, author=ada, text=text)
    subscribing.subscribe(email="grace@example.org", hub=section.hub)
    Job.objects.create(handler="tasks.readme.rebuild_readme", hub=section.hub)
    assert admin.site.is_registered(model)
    assert root.get(f"/admin/notes/{model._meta.model_name}/").status_code == 200


@pytest.mark.parametrize("name", ["event", "job", "delivery"])
def test_the_ledger_and_the_outbox_cannot_be_written(root, name):
    assert root.get(f"/admin/notes/{name}/add/").status_code == 403


def test_a_job_cannot_be_changed_or_deleted(root, hub):
    job = Job.objects.create(handler="tasks.readme.rebuild_readme", hub=hub)
    assert root.post(f"/admin/notes/job/{job.pk}/change/", {}).status_code == 403
    assert (
        root.post(f"/admin/notes/job/{job.pk}/delete/", {"post": "yes"}).status_code
        == 403
    )
    assert Job.objects.filter(pk=job.pk).exists()


def test_a_hub_made_here_has_its_sections_and_its_readme(root):
    empty = {
        f"memberships-{name}": number
        for name, number in (("TOTAL_FORMS", 0), ("INITIAL_FORMS", 0))
    }
    root.post("/admin/notes/hub/add/", {"title": "New", "slug": "new", **empty})
    hub = Hub.objects.get(slug="new")
    assert hub.sections.count() > 1
    assert Readme.objects.filter(hub=hub).count() == 1


def test_a_hub_keeps_its_slug(root, hub):
    page = root.get(f"/admin/notes/hub/{hub.pk}/change/").content.decode()
    assert 'name="title"' in page
    assert 'name="slug"' not in page


def test_a_subscriber_who_wants_to_be_forgotten_is(root, hub):
    subscriber = Subscriber.objects.create(email="grace@example.org")
    subscription = Subscription.objects.create(
        subscriber=subscriber, hub=hub, requested_at=timezone.now()
    )
    Event.objects.create(kind="subscription.requested", subscription=subscription)
    url = f"/admin/notes/subscriber/{subscriber.pk}/delete/"
    assert root.post(url, {"post": "yes"}).status_code == 302
    assert not Subscriber.objects.exists()
    assert not Subscription.objects.exists()
