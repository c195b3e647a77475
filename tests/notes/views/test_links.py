"""The report on a hub's links: who sees what, and what a check that runs shows."""

from __future__ import annotations

import csv
import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from notes import services
from notes.links.verdicts import Verdict
from notes.models import Event, EventKind, Job, Link, LinkCheck, Note, Overrule
from notes.views.link_files import harmless

REPORT = "/h/nexus/links/"


def link(note: Note, url: str, verdict: Verdict = Verdict.ALIVE, **fields) -> Link:
    fields.setdefault("checked_at", timezone.now() - timedelta(days=1))
    row = Link.objects.create(url=url, verdict=verdict, **fields)
    note.note_links.create(link=row, url=url)
    return row


def html(client: Client, address: str = REPORT) -> str:
    return client.get(address).content.decode()


def download(client: Client, address: str) -> str:
    return b"".join(client.get(address).streaming_content).decode()


def recheck(note: Note, state: Job.State, **fields) -> Job:
    handler = "tasks.links.recheck_links"
    return Job.objects.create(handler=handler, hub=note.hub, state=state, **fields)


def requests() -> int:
    return Event.objects.filter(kind=EventKind.LINKS_CHECK_REQUESTED).count()


def test_anybody_sees_the_links_with_their_notes_and_evidence(client, note):
    link(note, "https://a.example/", Verdict.DEAD, reason="Answered 404.")
    page = html(client)
    assert "https://a.example/" in page
    assert "Answered 404." in page
    assert f'<a href="{note.get_absolute_url()}">Celery</a>' in page
    assert "Check now" not in page


def test_a_hub_without_links_says_so(client, note):
    assert "No note holds a link yet." in html(client)


def test_links_of_withdrawn_notes_are_not_in_the_report(client, note, grace):
    link(note, "https://a.example/")
    services.withdraw_note(note=note, editor=grace)
    assert "https://a.example/" not in html(client)


def test_one_failure_is_marked_as_not_confirmed(client, note):
    link(note, "https://a.example/", Verdict.DEAD, is_confirmed=False)
    assert "broken, not confirmed yet" in html(client)


def test_a_place_that_a_page_lacks_is_told_wherever_the_link_is(client, note):
    row = link(note, "https://a.example/")
    note.note_links.create(link=row, url="https://a.example/#x", lacks_anchor=True)
    for address in (REPORT, f"{REPORT}{row.pk}/", note.get_absolute_url()):
        assert "The page has no #x." in html(client, address)
    (found,) = json.loads(download(client, "/h/nexus/links.json"))
    assert found["missing_anchors"] == ["x"]
    (row,) = csv.DictReader(download(client, "/h/nexus/links.csv").splitlines())
    assert row["missing_anchors"] == "x"


def test_the_report_shows_one_verdict_alone(client, note):
    link(note, "https://a.example/", Verdict.DEAD)
    link(note, "https://b.example/")
    page = html(client, f"{REPORT}?verdict=dead")
    assert "https://a.example/" in page
    assert "https://b.example/" not in page
    assert 'broken <span class="count">1</span>' in page


def lack_anchor(note: Note, row: Link, place: str = "x") -> None:
    note.note_links.create(link=row, url=f"{row.url}#{place}", lacks_anchor=True)


def test_the_report_shows_pages_that_lack_an_anchor_alone(client, note):
    lacking = link(note, "https://a.example/", Verdict.MOVED)
    for place in "xy":
        lack_anchor(note, lacking, place)
    link(note, "https://b.example/")
    lack_anchor(note, link(note, "https://dead.example/", Verdict.DEAD))

    page = html(client)
    assert 'missing anchor <span class="count">1</span>' in page
    assert 'all <span class="count">3</span>' in page
    page = html(client, f"{REPORT}?verdict=missing-anchor&sort=oldest")
    assert "https://a.example/" in page
    assert "https://b.example/" not in page
    assert "https://dead.example/" not in page
    assert 'sort=oldest" aria-current="page">missing anchor' in page
    assert "links.csv?verdict=missing-anchor&amp;sort=oldest" in page


def test_the_files_hold_pages_that_lack_an_anchor_alone(client, note):
    lack_anchor(note, link(note, "https://a.example/"))
    link(note, "https://b.example/")
    query = "?verdict=missing-anchor"
    (found,) = json.loads(download(client, f"/h/nexus/links.json{query}"))
    assert (found["verdict"], found["missing_anchors"]) == ("alive", ["x"])
    (row,) = csv.DictReader(download(client, f"/h/nexus/links.csv{query}").splitlines())
    assert (row["url"], row["missing_anchors"]) == ("https://a.example/", "x")


def test_anchors_of_other_hubs_and_withdrawn_notes_are_not_counted(
    client, note, grace, ada
):
    row = link(note, "https://a.example/")
    other = services.create_hub(slug="other", title="Other", maintainer=ada)
    text = services.NoteText(section=other.sections.first(), title="Elsewhere")
    lack_anchor(services.submit_note(hub=other, author=ada, text=text), row)
    assert "missing anchor" not in html(client)
    lack_anchor(note, row)
    assert "missing anchor" in html(client)
    services.withdraw_note(note=note, editor=grace)
    assert "missing anchor" not in html(client)


def test_who_looked_vouches_for_an_anchor(learner, note):
    row = link(note, "https://a.example/")
    lack_anchor(note, row)
    address = f"{REPORT}{row.pk}/"
    assert "It works, I looked" in html(learner, address)
    learner.post(f"{address}overrule/", {"reason": "A script makes it."})
    assert "missing anchor" not in html(learner)
    assert "No such link." in html(learner, f"{REPORT}?verdict=missing-anchor")


@pytest.mark.parametrize("query", ["verdict=nonsense", "sort=nonsense", "page=x"])
def test_nonsense_in_the_address_is_left_out(client, note, query):
    link(note, "https://a.example/")
    assert "https://a.example/" in html(client, f"{REPORT}?{query}")


def test_the_report_is_sorted_by_age(client, note):
    link(note, "https://new.example/", checked_at=timezone.now())
    link(note, "https://old.example/")
    newest, oldest = html(client), html(client, f"{REPORT}?sort=oldest")
    assert newest.index("new.example") < newest.index("old.example")
    assert oldest.index("old.example") < oldest.index("new.example")


def test_many_links_are_paged_and_the_choice_stays(client, note):
    for number in range(26):
        link(note, f"https://{number}.example/", Verdict.DEAD)
    page = html(client, f"{REPORT}?verdict=dead&sort=oldest")
    assert "?verdict=dead&amp;sort=oldest&amp;page=2" in page
    assert page.count('class="strip"') == 25


def test_a_links_past_is_told_in_words_too(client, note):
    row = link(note, "https://a.example/")
    LinkCheck.objects.create(link=row, verdict="dead", checked_at=timezone.now())
    today = timezone.now()
    expected = f"Last 28 days: {today.day} {today:%B}: broken"
    assert f'role="img" aria-label="{expected}"' in html(client)


def test_the_page_costs_the_same_queries_however_many_links(
    client, note, django_assert_max_num_queries
):
    for number in range(20):
        link(note, f"https://{number}.example/")
    with django_assert_max_num_queries(12):
        html(client)


def test_a_member_has_the_links_looked_at_now(learner, note):
    row = link(note, "https://a.example/", due_at=timezone.now() + timedelta(days=9))
    answer = learner.post(f"{REPORT}check/")
    assert (answer.status_code, answer.url) == (303, REPORT)
    assert requests() == 1
    assert list(Link.objects.due(timezone.now())) == [row]
    assert "The links wait for their check" in html(learner)


def test_what_was_looked_at_within_the_hour_is_not_asked_for_again(learner, note):
    link(note, "https://a.example/", checked_at=timezone.now())
    answer = learner.post(f"{REPORT}check/", follow=True)
    assert "Every link was looked at within the last hour." in answer.content.decode()
    assert requests() == 0


def test_only_members_have_links_looked_at(client, note, stranger):
    link(note, "https://a.example/")
    assert client.post(f"{REPORT}check/").status_code == 403
    client.force_login(stranger)
    assert client.post(f"{REPORT}check/").status_code == 403
    assert requests() == 0


def test_a_running_check_says_how_much_is_left_and_is_polled(client, note):
    Event.objects.update(dispatched_at=timezone.now())
    link(note, "https://a.example/", due_at=timezone.now())
    services.record_due_link_checks(at=timezone.now())
    Event.objects.update(dispatched_at=timezone.now())
    recheck(note, Job.State.RUNNING)
    page = html(client)
    assert "The links are being checked; 1 to go" in page
    assert 'hx-trigger="every' in page


def test_the_fragment_says_nothing_until_something_changes(client, note):
    link(note, "https://a.example/")
    recheck(note, Job.State.RUNNING)
    panel = f"{REPORT}panel/"
    page = html(client, panel)
    assert 'id="report" hx-swap-oob="true"' in page
    Job.objects.update(state=Job.State.SUCCEEDED)
    done = client.get(panel)
    assert "1 link: 1 fine" in done.content.decode()
    shown = done.context["panel"].fingerprint
    assert client.get(f"{panel}?shown={shown}").status_code == 204


def test_a_failed_check_shows_its_error(client, note):
    recheck(note, Job.State.FAILED, error="The disk is <full>.")
    assert "The disk is &lt;full&gt;." in html(client)


def test_the_links_come_as_json(client, note):
    link(note, "https://a.example/", Verdict.DEAD, status=404)
    link(note, "https://b.example/")
    found = json.loads(download(client, "/h/nexus/links.json?verdict=dead"))
    assert [(one["url"], one["status"]) for one in found] == [
        ("https://a.example/", 404)
    ]
    assert found[0]["notes"][0].endswith(note.get_absolute_url())


def test_the_files_name_the_hubs_published_notes_and_who_vouched(
    client, note, section, grace, ada
):
    row = link(note, "https://a.example/", Verdict.DEAD)
    Overrule.objects.create(hub=note.hub, link=row, reason="I saw it.")
    other = services.create_hub(slug="other", title="Other", maintainer=ada)
    text = services.NoteText(section=other.sections.first(), title="Elsewhere")
    elsewhere = services.submit_note(hub=other, author=ada, text=text)
    text = services.NoteText(section=section, title="Second")
    second = services.submit_note(hub=note.hub, author=grace, text=text)
    gone = services.submit_note(hub=note.hub, author=grace, text=text)
    for holder in (elsewhere, second, gone):
        holder.note_links.create(link=row, url=row.url)
    services.withdraw_note(note=gone, editor=grace)

    (found,) = json.loads(download(client, "/h/nexus/links.json"))
    assert found["overruled_because"] == "I saw it."
    named = [address.partition("/h/")[2] for address in found["notes"]]
    assert named == [f"nexus/notes/{note.pk}/", f"nexus/notes/{second.pk}/"]
    (found,) = json.loads(download(client, "/h/other/links.json"))
    assert found["overruled_because"] == ""


def test_the_files_cost_the_same_queries_however_many_links(
    client, note, django_assert_max_num_queries
):
    for number in range(20):
        link(note, f"https://{number}.example/")
    with django_assert_max_num_queries(6):
        download(client, "/h/nexus/links.csv")


def test_no_links_are_an_empty_array(client, note):
    assert json.loads(download(client, "/h/nexus/links.json")) == []


def test_the_links_come_as_csv_that_runs_no_formula(client, note):
    link(note, "https://a.example/", Verdict.DEAD, reason="=HYPERLINK(1), and more")
    (row,) = csv.DictReader(download(client, "/h/nexus/links.csv").splitlines())
    assert row["url"] == "https://a.example/"
    assert row["reason"] == "'=HYPERLINK(1), and more"


@pytest.mark.parametrize(
    "cell", ["=1", "+1", "-1", "@SUM(1)", "\t=1", " =1", "\uff1d1"]
)
def test_cells_that_begin_like_a_formula_are_quoted(cell):
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["a=1", "", "404", 404, True, None])
def test_other_cells_stay_as_they_are(cell):
    assert harmless(cell) == cell


def test_a_links_page_tells_every_look_at_it(client, note):
    row = link(note, "https://a.example/", Verdict.DEAD)
    LinkCheck.objects.create(
        link=row, verdict="dead", reason="Answered 410.", checked_at=timezone.now()
    )
    page = html(client, f"{REPORT}{row.pk}/")
    assert "Answered 410." in page
    assert "It works, I looked" not in page


def test_a_withdrawn_note_names_no_page_that_is_gone(learner, note, grace):
    row = link(note, "https://a.example/")
    assert f"{REPORT}{row.pk}/" in html(learner, note.get_absolute_url())
    services.withdraw_note(note=note, editor=grace)
    assert f"{REPORT}{row.pk}/" not in html(learner, note.get_absolute_url())
    assert learner.get(f"{REPORT}{row.pk}/").status_code == 404


def test_a_link_of_another_hub_is_not_found(client, note, ada):
    row = Link.objects.create(url="https://a.example/")
    assert client.get(f"{REPORT}{row.pk}/").status_code == 404


def test_a_member_overrules_the_checks_and_takes_it_back(learner, note):
    row = link(note, "https://a.example/", Verdict.DEAD, reason="Answered 404.")
    address = f"{REPORT}{row.pk}/"

    answer = learner.post(f"{address}overrule/", {"reason": "I <saw> it."})
    assert (answer.status_code, answer.url) == (303, address)
    for page in (address, REPORT, f"{REPORT}?verdict=alive", note.get_absolute_url()):
        assert "says grace" in html(learner, page)
        assert "I &lt;saw&gt; it." in html(learner, page)
    assert "1 link: 1 fine" in html(learner)
    assert "No such link." in html(learner, f"{REPORT}?verdict=dead")

    assert learner.post(f"{address}overrule/withdraw/").status_code == 303
    page = html(learner, address)
    assert "says grace" not in page
    assert "withdrawn by grace" in page


def test_an_overrule_without_a_reason_is_refused(learner, note):
    row = link(note, "https://a.example/", Verdict.DEAD)
    answer = learner.post(f"{REPORT}{row.pk}/overrule/", {"reason": " "})
    assert answer.status_code == 422
    assert "This field is required." in answer.content.decode()
    assert not note.hub.overrules.exists()


@pytest.mark.parametrize("deed", ["overrule", "overrule/withdraw"])
def test_only_members_overrule(client, note, stranger, deed):
    row = link(note, "https://a.example/", Verdict.DEAD)
    address = f"{REPORT}{row.pk}/{deed}/"
    assert client.post(address, {"reason": "So."}).status_code == 403
    client.force_login(stranger)
    assert client.post(address, {"reason": "So."}).status_code == 403
    assert not note.hub.overrules.exists()
