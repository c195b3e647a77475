"""The live part of a note's page, from submission to rest."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from notes import services
from notes.links.verdicts import Verdict
from notes.models import EventKind, Job, Link, Note, Readme
from notes.views.panel import Line, panel_of

COMMIT = "3f2c1ab" + "0" * 33


def job_of(note: Note, name: str, state: str, **changes: str) -> Job:
    """What the relay makes of the note's newest event."""
    event = note.events.last()
    job = Job.objects.create(
        handler=f"tasks.subject.{name}", hub=note.hub, state=state, **changes
    )
    job.events.add(event)
    note.events.filter(pk=event.pk).update(dispatched_at=timezone.now())
    return job


def publish(note: Note) -> None:
    Readme.objects.publish(
        note.hub,
        version=note.readme_version,
        commit=COMMIT,
        blob=COMMIT,
        at=timezone.now(),
    )


def fresh(note: Note) -> Note:
    return Note.objects.select_related("hub__readme", "hub__remote").get(pk=note.pk)


def lines(note: Note) -> dict[str, Line]:
    return {line.subject: line for line in panel_of(fresh(note)).lines}


def link(note: Note, url: str, verdict: Verdict, reason: str = "") -> None:
    row = Link.objects.create(url=url, verdict=verdict, reason=reason)
    note.note_links.create(link=row, url=url)


def test_right_after_the_submission_everything_waits(note):
    found = lines(note)
    assert found["readme"] == Line("readme", "queued", "README waits for its rebuild")
    assert found["links"].text == "Links wait for their check"
    assert found["digest"].text.startswith("Goes into the digest of week ")


def test_a_published_readme_is_named_by_its_commit(note):
    publish(note)
    assert lines(note)["readme"].text == "README published in 3f2c1ab"


def test_a_readme_without_the_notes_last_change_does_not_count(note, grace):
    publish(note)
    job_of(note, "rebuild_readme", Job.State.SUCCEEDED)
    text = services.NoteText(section=note.section, title="Celery 6")
    services.edit_note(note=note, editor=grace, text=text)
    assert lines(note)["readme"].state == "queued"


def test_an_edited_notes_links_wait_for_their_new_check(note, grace):
    job_of(note, "check_links", Job.State.SUCCEEDED, result="1 link: 1 fine")
    text = services.NoteText(section=note.section, title="Celery 6")
    services.edit_note(note=note, editor=grace, text=text)
    assert lines(note)["links"].state == "queued"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("running", "README is being rebuilt"),
        ("retrying", "README could not be rebuilt yet and is tried again"),
        ("failed", "README could not be rebuilt; an operator has to look at it"),
    ],
)
def test_the_rebuild_is_told_in_words(note, state, words):
    job_of(note, "rebuild_readme", state)
    assert (lines(note)["readme"].state, lines(note)["readme"].text) == (state, words)


def test_the_error_of_a_failed_job_is_shown(note):
    job_of(note, "check_links", Job.State.FAILED, error="The disk is full.")
    assert lines(note)["links"].error == "The disk is full."


def test_an_error_that_a_later_run_cured_is_not_shown(note):
    job_of(note, "check_links", Job.State.RUNNING, error="The disk was full.")
    assert lines(note)["links"].error == ""


def test_checked_links_are_counted_by_what_is_known_now(note):
    job_of(note, "check_links", Job.State.SUCCEEDED, result="2 links: 2 fine")
    link(note, "https://example.org/a", Verdict.ALIVE)
    link(note, "https://example.org/b", Verdict.DEAD)
    assert lines(note)["links"].text == "2 links: 1 fine, 1 broken"


def test_a_withdrawn_note_only_waits_to_leave_the_readme(note, grace):
    services.withdraw_note(note=note, editor=grace)
    assert set(lines(note)) == {"readme"}
    publish(fresh(note))
    assert lines(note)["readme"].text == "Gone from the README since 3f2c1ab"


def test_an_imported_note_waits_for_nothing(hub, section):
    note = Note.objects.create(hub=hub, section=section, title="Old")
    assert panel_of(fresh(note)).poll_every_ms == 0


def test_the_page_asks_often_at_first_and_seldom_later(note):
    assert panel_of(fresh(note)).poll_every_ms == 500
    for age, pause in ((60, 2_000), (600, 10_000)):
        moment = timezone.now() - timedelta(seconds=age)
        note.events.update(recorded_at=moment)
        assert panel_of(fresh(note)).poll_every_ms == pause


def test_the_fragment_asks_again_while_something_is_pending(client, note):
    html = client.get(f"{note.get_absolute_url()}panel/").content.decode()
    assert 'hx-trigger="every 500ms"' in html


def test_an_unchanged_panel_has_no_content(client, note):
    shown = panel_of(fresh(note)).fingerprint
    response = client.get(f"{note.get_absolute_url()}panel/?shown={shown}")
    assert (response.status_code, response.content) == (204, b"")


def test_the_polling_ends_when_nothing_is_pending(client, note):
    shown = panel_of(fresh(note)).fingerprint
    job_of(note, "rebuild_readme", Job.State.SUCCEEDED)
    job_of(note, "check_links", Job.State.SUCCEEDED)
    publish(note)
    html = client.get(f"{note.get_absolute_url()}panel/?shown={shown}").content.decode()
    assert "README published in 3f2c1ab" in html
    assert "hx-get" not in html
    assert "hx-trigger" not in html


def test_one_failure_of_a_new_link_is_marked_as_not_confirmed(client, note):
    link(note, "https://example.org/", Verdict.DEAD)
    Link.objects.update(is_confirmed=False)
    html = client.get(note.get_absolute_url()).content.decode()
    assert "broken, not confirmed yet" in html


def test_the_fragment_brings_the_links_with_their_evidence(client, note):
    link(note, "https://example.org/gone", Verdict.DEAD, "Answered 404.")
    html = client.get(f"{note.get_absolute_url()}panel/").content.decode()
    assert 'id="links" hx-swap-oob="true"' in html
    assert "Answered 404." in html
    assert "broken" in html


def test_a_link_cannot_smuggle_markup_into_the_list(client, note):
    link(note, 'https://example.org/"><script>', Verdict.DEAD, "<script>x</script>")
    page = client.get(f"{note.get_absolute_url()}panel/").content.decode()
    assert "<script>" not in page


def test_the_page_itself_reads_out_changes_politely(client, note):
    html = client.get(note.get_absolute_url()).content.decode()
    assert 'role="status" aria-live="polite"' in html
    assert "hx-swap-oob" not in html


def test_a_note_that_came_with_the_readme_has_no_line_about_digests(note):
    Note.objects.update(submitted_at=None)
    assert "digest" not in lines(note)


def test_the_panel_costs_three_queries_and_the_digests(note, django_assert_num_queries):
    job_of(note, "rebuild_readme", Job.State.QUEUED)
    loaded = fresh(note)
    with django_assert_num_queries(4):
        panel_of(loaded)


def test_events_that_no_person_caused_do_not_hide_the_last_deed(note):
    job_of(note, "check_links", Job.State.RUNNING)
    note.events.create(kind=EventKind.LINKS_CHECKED, hub=note.hub)
    assert lines(note)["links"].state == "running"
