"""The page that a load balancer asks."""

from __future__ import annotations

from django.db import connections

from notes.views import health


def test_a_process_that_reaches_its_database_is_well(
    client, db, django_assert_num_queries
):
    with django_assert_num_queries(1):
        response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_a_process_without_its_database_is_not(
    client, rf, django_db_blocker, monkeypatch
):
    broken = connections.create_connection("default")
    broken.settings_dict = broken.settings_dict | {"NAME": "/nowhere/at/all.sqlite3"}
    monkeypatch.setattr(health, "connection", broken)
    with django_db_blocker.unblock():
        response = health.health(rf.get("/healthz"))
    assert response.status_code == 503


def test_nobody_posts_to_it(client, db):
    assert client.post("/healthz").status_code == 405
