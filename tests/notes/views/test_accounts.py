"""Logging in and out, the password, and the pages for what goes wrong."""

from __future__ import annotations

from django.test import Client


def test_a_person_logs_in_and_gets_to_the_page_they_wanted(client, grace):
    page = client.get("/login/?next=/h/nexus/notes/new/").content.decode()
    assert 'name="next" value="/h/nexus/notes/new/"' in page
    response = client.post(
        "/login/",
        {"username": "grace", "password": "grace-password", "next": "/h/nexus/"},
    )
    assert response.url == "/h/nexus/"


def test_a_login_does_not_lead_to_another_site(client, grace):
    response = client.post(
        "/login/",
        {
            "username": "grace",
            "password": "grace-password",
            "next": "https://example.org/",
        },
    )
    assert response.url == "/"


def test_a_wrong_password_is_said_so_and_the_name_is_kept(client, grace):
    response = client.post("/login/", {"username": "grace", "password": "wrong"})
    html = response.content.decode()
    assert "Please enter a correct username and password" in html
    assert 'value="grace"' in html


def test_logging_out_takes_a_post(learner):
    assert learner.get("/logout/").status_code == 405
    assert learner.post("/logout/").url == "/"
    assert "Log in" in learner.get("/").content.decode()


def test_a_person_changes_the_password(learner, grace):
    response = learner.post(
        "/password/",
        {
            "old_password": "grace-password",
            "new_password1": "another-long-one",
            "new_password2": "another-long-one",
        },
        follow=True,
    )
    grace.refresh_from_db()
    assert grace.check_password("another-long-one")
    assert "Your password is changed" in response.content.decode()


def test_the_password_page_is_in_the_design_of_the_others(learner):
    assert "notes/nexus.css" in learner.get("/password/").content.decode()


def test_a_missing_page_is_in_the_design_of_the_others(client, db):
    response = client.get("/nothing/here/")
    assert response.status_code == 404
    assert "notes/nexus.css" in response.content.decode()


def test_a_broken_page_says_so_without_asking_the_database(
    hub, monkeypatch, django_assert_num_queries
):
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("notes.views.hubs.access_to", fail)
    with django_assert_num_queries(0):
        response = Client(raise_request_exception=False).get("/h/nexus/")
    assert response.status_code == 500
    assert "Something broke here" in response.content.decode()
