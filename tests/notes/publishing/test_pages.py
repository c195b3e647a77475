"""The page of a hub's remote: its form, its secrets and its live line."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from notes.models import EventKind, Hub, Job, Membership, Readme, Remote
from notes.publishing.credentials import decrypt
from notes.publishing.services import set_remote
from notes.views.remote_panel import panel_of
from tests.notes.publishing.conftest import choice, submit

PAGE = "/h/nexus/remote/"
SSH_KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nk3y\n-----END OPENSSH PRIVATE KEY-----"
FORM = {
    "url": "https://example.org/team/hub.git",
    "branch": "main",
    "path": "README.md",
    "mode": "direct",
}


def errors(client: Client, **changes: str) -> str:
    response = client.post(PAGE, FORM | changes)
    assert response.status_code == 422
    assert not Remote.objects.exists()
    return response.content.decode()


def ledger(hub: Hub, state: str, **changes: str) -> Job:
    """What the relay makes of the newest event that sends a push on its way."""
    event = hub.events.filter(kind=EventKind.REMOTE_CHANGED).last()
    job = Job.objects.create(
        handler="tasks.readme.push_readme", hub=hub, state=state, **changes
    )
    job.events.add(event)
    hub.events.update(dispatched_at=timezone.now())
    return job


def test_a_maintainer_sets_the_remote_and_it_is_pushed_to_at_once(maintainer, hub):
    response = maintainer.post(PAGE, FORM | {"token": "t0ken"}, follow=True)
    assert response.redirect_chain == [(PAGE, 303)]
    remote = Remote.objects.get(hub=hub)
    assert decrypt(remote.token) == "t0ken"
    html = response.content.decode()
    assert "Pushed to example.org/team/hub" in html
    assert "The README waits to be pushed" in html
    assert hub.events.filter(kind=EventKind.REMOTE_CHANGED).count() == 1


def test_a_stored_secret_is_never_shown(maintainer, hub):
    url = "ssh://git@example.org/hub.git"
    maintainer.post(PAGE, FORM | {"token": "t0ken", "ssh_key": SSH_KEY, "url": url})
    html = maintainer.get(PAGE).content.decode()
    assert "One is stored and never shown" in html
    remote = Remote.objects.get()
    for secret in ("t0ken", "k3y", remote.token, remote.ssh_key):
        assert secret not in html


def test_a_secret_that_was_just_typed_is_not_sent_back_either(maintainer):
    html = errors(maintainer, url="nonsense", token="t0ken", ssh_key=SSH_KEY)
    assert "t0ken" not in html
    assert "k3y" not in html


def test_saving_without_a_secret_keeps_the_stored_one(maintainer):
    maintainer.post(PAGE, FORM | {"token": "t0ken"})
    maintainer.post(PAGE, FORM | {"branch": "trunk"})
    remote = Remote.objects.get()
    assert (decrypt(remote.token), remote.branch) == ("t0ken", "trunk")


def test_a_stored_secret_is_replaced_or_removed(maintainer):
    maintainer.post(PAGE, FORM | {"token": "old"})
    maintainer.post(PAGE, FORM | {"token": "new"})
    assert decrypt(Remote.objects.get().token) == "new"
    maintainer.post(PAGE, FORM | {"forget_token": "on"})
    assert Remote.objects.get().token == ""


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"url": ""}, "Give the repository&#x27;s address"),
        ({"url": "nonsense"}, "no address of a git repository"),
        ({"url": "http://example.org/x.git"}, "may not use this protocol"),
        ({"url": "https://a:b@example.org/x.git"}, "holds a password"),
        ({"url": "https://127.0.0.1/x.git"}, "private network"),
        ({"url": "file:///srv/x.git"}, "NEXUS_REMOTES_ALLOW_FILE"),
        ({"url": "git@example.org:x.git"}, "needs the private key"),
        ({"branch": "a b"}, "no name for a git branch"),
        ({"path": "../README.md"}, "no path within a repository"),
        ({"mode": "proposal"}, "Name the branch"),
        ({"mode": "proposal", "proposal": "main"}, "another branch"),
        ({"ssh_key": "AAAA"}, "no private key"),
    ],
)
def test_a_mistake_is_named_next_to_its_field(maintainer, changes, sentence):
    assert sentence in errors(maintainer, **changes)


def test_an_ssh_address_on_another_host_needs_its_own_key(maintainer):
    url = "git@example.org:x.git"
    maintainer.post(PAGE, FORM | {"url": url, "ssh_key": SSH_KEY})
    other = maintainer.post(PAGE, FORM | {"url": "git@example.net:x.git"})
    assert other.status_code == 422
    same = maintainer.post(PAGE, FORM | {"url": "git@example.org:y.git"})
    assert same.status_code == 303


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("queued", "The README waits to be pushed"),
        ("running", "The README is being pushed"),
        ("retrying", "could not be pushed yet and is tried again"),
        ("failed", "The README could not be pushed"),
    ],
)
def test_the_push_is_told_in_words(hub, ada, state, words):
    remote = set_remote(hub=hub, choice=choice(FORM["url"]), actor=ada)
    ledger(hub, state, error="Enter a new token.")
    [line] = panel_of(remote).lines
    assert words in line.text
    assert bool(line.error) == (state in {"retrying", "failed"})


def test_a_push_that_went_well_is_told_in_its_own_sentence(hub, ada):
    remote = set_remote(hub=hub, choice=choice(FORM["url"]), actor=ada)
    ledger(hub, "succeeded", result="pushed 3f2c1ab to main at example.org/team/hub")
    panel = panel_of(remote)
    assert panel.lines[0].text == "Pushed 3f2c1ab to main at example.org/team/hub"
    assert panel.poll_every_ms == 0


def test_the_push_of_the_remote_before_does_not_count(hub, ada):
    set_remote(hub=hub, choice=choice(FORM["url"]), actor=ada)
    ledger(hub, "failed")
    remote = set_remote(hub=hub, choice=choice(FORM["url"]), actor=ada)
    assert panel_of(remote).lines[0].state == "queued"


def test_a_change_that_joined_a_waiting_job_is_found_there(hub, ada):
    set_remote(hub=hub, choice=choice(FORM["url"]), actor=ada)
    job = ledger(hub, "queued")
    remote = set_remote(hub=hub, choice=choice(FORM["url"]), actor=ada)
    job.events.add(hub.events.last())
    hub.events.update(dispatched_at=timezone.now())
    Job.objects.update(state="running")
    assert panel_of(remote).lines[0].state == "running"


def test_what_the_ledger_has_forgotten_is_still_known(hub, ada):
    remote = set_remote(hub=hub, choice=choice(FORM["url"]), actor=ada)
    hub.events.all().delete()
    remote.checked_at = timezone.now()
    panel = panel_of(remote)
    assert panel.lines[0].text == "The README is at example.org/team/hub"
    assert panel.poll_every_ms == 0


def test_the_fragment_asks_again_until_the_push_is_over(maintainer, hub, ada):
    remote = set_remote(hub=hub, choice=choice(FORM["url"]), actor=ada)
    html = maintainer.get(f"{PAGE}panel/").content.decode()
    assert 'hx-trigger="every 500ms"' in html
    shown = panel_of(remote).fingerprint
    assert maintainer.get(f"{PAGE}panel/?shown={shown}").status_code == 204
    ledger(hub, "succeeded", result="pushed")
    html = maintainer.get(f"{PAGE}panel/?shown={shown}").content.decode()
    assert "hx-trigger" not in html


def test_pushing_there_can_be_stopped(maintainer, hub):
    maintainer.post(PAGE, FORM | {"token": "t0ken"})
    html = maintainer.post(f"{PAGE}remove/", follow=True).content.decode()
    assert "no longer pushed to example.org/team/hub" in html
    assert not Remote.objects.exists()
    assert maintainer.post(f"{PAGE}remove/").status_code == 404


@pytest.mark.parametrize("page", ["", "panel/", "remove/"])
def test_a_learner_sees_and_changes_nothing_of_it(client, hub, ada, page):
    set_remote(hub=hub, choice=choice(FORM["url"]), actor=ada)
    grace = User.objects.create_user("grace")
    Membership.objects.create(hub=hub, user=grace)
    client.force_login(grace)
    method = client.post if page == "remove/" else client.get
    assert method(PAGE + page).status_code == 403
    assert Remote.objects.exists()
    assert PAGE not in client.get("/h/nexus/").content.decode()


def test_a_notes_page_tells_of_the_push_but_not_of_the_place(client, hub, ada):
    note = submit(hub, ada, "Kombu")
    set_remote(hub=hub, choice=choice(FORM["url"]), actor=ada)
    ledger(hub, "failed", error="The account may not write to example.org.")
    assert "pushed" not in client.get(note.get_absolute_url()).content.decode()
    Readme.objects.update(published=note.readme_version, commit="3f2c1ab")
    html = client.get(note.get_absolute_url()).content.decode()
    assert "README could not be pushed; a maintainer has to look at it" in html
    assert "example.org" not in html
