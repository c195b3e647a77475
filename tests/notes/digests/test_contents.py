from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from notes import services
from notes.digests.contents import AT_MOST_BAD, gather
from notes.digests.schedule import Week
from notes.digests.untold import tell
from notes.links.check import Result
from notes.links.keep import keep, keep_anchors
from notes.links.verdicts import Verdict
from notes.models import Hub, Link, Note, NoteLink, Overrule
from notes.readme.model import SectionKind
from tests.notes.digests.weeks import (
    WEEK,
    add_note,
    break_link,
    make_hub,
    publish_week,
)

GONE = "https://gone.example/"
HERE = "https://here.example/"
NEXT, LAST = Week(2026, 48), Week(2026, 49)


def titles(items: object) -> list[str]:
    return [item.title for item in items]  # type: ignore[attr-defined]


def test_a_digest_tells_of_the_notes_of_its_week_alone(hub: Hub) -> None:
    moment = timedelta(microseconds=1)
    add_note(hub, "before", at=WEEK.start - moment)
    add_note(hub, "first", at=WEEK.start)
    add_note(hub, "last", at=WEEK.end - moment)
    add_note(hub, "after", at=WEEK.end)
    add_note(make_hub("other"), "elsewhere")
    assert titles(gather(hub, WEEK).items) == ["first", "last"]


def test_withdrawn_and_imported_notes_are_no_news(hub: Hub) -> None:
    gone = add_note(hub, "gone")
    assert gone.author is not None
    services.withdraw_note(note=gone, editor=gone.author)
    imported = add_note(hub, "imported")
    Note.objects.filter(pk=imported.pk).update(submitted_at=None)
    assert gather(hub, WEEK).items == ()


def test_notes_are_grouped_by_what_their_section_is_about(hub: Hub) -> None:
    add_note(hub, "teamwork", kind=SectionKind.COLLABORATION)
    add_note(hub, "valkey", kind=SectionKind.TECHNOLOGY)
    add_note(hub, "redis", kind=SectionKind.TECHNOLOGY)
    groups = gather(hub, WEEK).groups
    assert [(heading, titles(items)) for heading, items in groups] == [
        ("Technologies", ["valkey", "redis"]),
        ("Collaboration", ["teamwork"]),
    ]


def test_challenges_are_told_apart_by_their_solution(hub: Hub) -> None:
    challenge = {"kind": SectionKind.CHALLENGE, "problem": "Slow."}
    add_note(hub, "solved", solution="An index.", **challenge)
    add_note(hub, "open", **challenge)
    add_note(hub, "long open", at=WEEK.start - timedelta(weeks=9), **challenge)
    contents = gather(hub, WEEK)
    assert titles(contents.solved) == ["solved"]
    assert titles(contents.open_challenges) == ["long open", "open"]
    assert contents.open_count == 2
    assert contents.groups == []


def test_a_challenge_in_free_words_stands_among_the_challenges(hub: Hub) -> None:
    add_note(hub, "in one go", kind=SectionKind.CHALLENGE, body="Slow; indexed.")
    assert gather(hub, WEEK).groups[0][0] == "Challenges"


def test_each_broken_link_is_told_once_with_the_first_note_that_holds_it(
    hub: Hub,
) -> None:
    first, second = add_note(hub, "first"), add_note(hub, "second")
    link = break_link(first, "https://gone.example/")
    second.note_links.create(link=link, url="https://gone.example/#x")
    elsewhere = add_note(make_hub("other"), "elsewhere")
    break_link(elsewhere, "https://other.example/")
    contents = gather(hub, WEEK)
    assert [(broken.url, broken.title) for broken in contents.broken_links] == [
        ("https://gone.example/", "first")
    ]
    assert contents.broken_count == 1


def broken_in(hub: Hub, week: Week = WEEK) -> list[tuple[str, str]]:
    """What the digest of a week tells of, which is then sent."""
    contents = gather(hub, week)
    publish_week(hub, week)
    assert contents.broken_count == len(contents.broken_links)
    return [(broken.url, broken.title) for broken in contents.broken_links]


def test_each_author_hears_of_a_broken_link_once(hub: Hub) -> None:
    link = break_link(add_note(hub, "ada's"), GONE)
    add_note(hub, "next", at=NEXT.start)
    assert broken_in(hub) == [(GONE, "ada's")]
    add_note(hub, "again", by="ada").note_links.create(link=link, url=GONE)
    add_note(hub, "grace's", by="grace").note_links.create(link=link, url=GONE)
    assert broken_in(hub, NEXT) == [(GONE, "grace's")]
    assert gather(hub, NEXT).broken_count == 0


def test_what_no_digest_told_of_is_told_by_the_next_one(hub: Hub) -> None:
    break_link(add_note(hub, "note", at=NEXT.start), GONE)
    assert gather(hub, WEEK).broken_count == 1
    assert publish_week(hub) is None
    assert broken_in(hub, NEXT) == [(GONE, "note")]


def test_a_link_that_came_back_and_died_again_is_told_of_again(hub: Hub) -> None:
    note = add_note(hub, "note", body=GONE)
    add_note(hub, "next", at=NEXT.start)
    link = break_link(note, GONE)
    assert broken_in(hub) == [(GONE, "note")]
    keep([Result(GONE, Verdict.ALIVE, "Answered 200.")])
    link.refresh_from_db()
    assert (link.verdict, gather(hub, NEXT).broken_count) == ("alive", 0)
    Link.objects.update(verdict="dead")
    assert broken_in(hub, NEXT) == [(GONE, "note")]


def test_more_broken_links_than_a_digest_holds_go_into_the_next(hub: Hub) -> None:
    note = add_note(hub)
    add_note(hub, "next", at=NEXT.start)
    for number in range(AT_MOST_BAD + 2):
        break_link(note, f"https://gone.example/{number}")
    assert gather(hub, WEEK).broken_count == AT_MOST_BAD + 2
    publish_week(hub)
    assert len(broken_in(hub, NEXT)) == 2


def test_links_that_came_with_the_readme_are_told_of_once_too(hub: Hub) -> None:
    note = add_note(hub, "note")
    Note.objects.filter(pk=note.pk).update(author=None)
    add_note(hub, "next", at=NEXT.start)
    break_link(note, GONE)
    assert broken_in(hub) == [(GONE, "note")]
    assert broken_in(hub, NEXT) == []


def test_a_link_of_a_withdrawn_note_is_nobodys_concern(hub: Hub) -> None:
    note = add_note(hub)
    break_link(note, "https://gone.example/")
    assert note.author is not None
    services.withdraw_note(note=note, editor=note.author)
    contents = gather(hub, WEEK)
    assert (contents.broken_links, contents.broken_count) == ((), 0)


def lack_anchor(note: Note, url: str = f"{HERE}#gone") -> NoteLink:
    page = url.partition("#")[0].lower()
    link, _ = Link.objects.get_or_create(
        url=page, defaults={"verdict": "alive", "checked_at": timezone.now()}
    )
    return note.note_links.create(link=link, url=url, lacks_anchor=True)


def see_page(*, lacks_place: bool) -> None:
    seen = Result(f"{HERE}#gone", Verdict.ALIVE, "Seen.", lacks_place=lacks_place)
    keep_anchors([seen])


def missing_in(hub: Hub, week: Week = WEEK) -> list[tuple[str, str, str]]:
    """What the digest of a week tells of, which is then sent."""
    contents = gather(hub, week)
    publish_week(hub, week)
    assert contents.missing_count == len(contents.missing_anchors)
    return [(one.url, one.reason, one.title) for one in contents.missing_anchors]


def test_each_author_hears_of_a_missing_anchor_once(hub: Hub) -> None:
    lack_anchor(add_note(hub, "ada's"))
    lack_anchor(add_note(hub, "ada's second"), "https://HERE.example/#gone")
    add_note(hub, "next", at=NEXT.start)
    told = f"{HERE}#gone", "The page has no #gone."
    assert missing_in(hub) == [(*told, "ada's")]
    lack_anchor(add_note(hub, "again", by="ada"))
    lack_anchor(add_note(hub, "grace's", by="grace"))
    assert missing_in(hub, NEXT) == [(*told, "grace's")]
    assert gather(hub, NEXT).missing_count == 0
    assert gather(hub, NEXT).broken_count == 0


def test_each_anchor_of_a_page_is_told_of(hub: Hub) -> None:
    note = add_note(hub, "note")
    for place in "xy":
        lack_anchor(note, f"{HERE}#{place}")
    assert {url for url, *_ in missing_in(hub)} == {f"{HERE}#x", f"{HERE}#y"}


def test_an_anchor_that_came_back_and_went_is_told_of_again(hub: Hub) -> None:
    lack_anchor(add_note(hub, "note"))
    add_note(hub, "next", at=NEXT.start)
    add_note(hub, "last", at=LAST.start)
    assert len(missing_in(hub)) == 1
    see_page(lacks_place=True)
    assert missing_in(hub, NEXT) == []
    see_page(lacks_place=False)
    assert gather(hub, LAST).missing_count == 0
    see_page(lacks_place=True)
    assert len(missing_in(hub, LAST)) == 1


def test_an_anchor_that_is_back_before_the_digest_leaves_was_not_told(hub: Hub) -> None:
    lack_anchor(add_note(hub, "note"))
    missing = gather(hub, WEEK).missing_anchors
    see_page(lacks_place=False)
    tell(hub, broken=(), lacking_anchor=missing)
    see_page(lacks_place=True)
    assert gather(hub, WEEK).missing_count == 1


@pytest.mark.parametrize(("verdict", "count"), [("dead", 0), ("flaky", 1)])
def test_of_a_dead_page_no_anchor_is_told(hub: Hub, verdict: str, count: int) -> None:
    lack_anchor(add_note(hub))
    Link.objects.update(verdict=verdict)
    assert gather(hub, WEEK).missing_count == count


def test_of_an_anchor_that_somebody_saw_nothing_is_told(hub: Hub) -> None:
    place = lack_anchor(add_note(hub))
    Overrule.objects.create(hub=hub, link=place.link, reason="A script makes it.")
    assert gather(hub, WEEK).missing_count == 0
    other = make_hub("other")
    lack_anchor(add_note(other))
    assert gather(other, WEEK).missing_count == 1


def test_an_empty_week_tells_nobody_of_anchors(hub: Hub) -> None:
    lack_anchor(add_note(hub, "note", at=NEXT.start))
    assert gather(hub, WEEK).missing_count == 1
    assert publish_week(hub) is None
    assert len(missing_in(hub, NEXT)) == 1


def test_an_anchor_told_in_a_note_withdrawn_since_is_not_told_again(hub: Hub) -> None:
    note = add_note(hub, "note")
    lack_anchor(note)
    add_note(hub, "next", at=NEXT.start)
    assert len(missing_in(hub)) == 1
    assert note.author is not None
    services.withdraw_note(note=note, editor=note.author)
    lack_anchor(add_note(hub, "again"))
    assert missing_in(hub, NEXT) == []


def test_more_missing_anchors_than_a_digest_holds_go_into_the_next(hub: Hub) -> None:
    note = add_note(hub)
    add_note(hub, "next", at=NEXT.start)
    for number in range(AT_MOST_BAD + 2):
        lack_anchor(note, f"{HERE}#{number}")
    assert gather(hub, WEEK).missing_count == AT_MOST_BAD + 2
    publish_week(hub)
    assert len(missing_in(hub, NEXT)) == 2


def test_contributors_and_tags_come_with_the_most_frequent_first(hub: Hub) -> None:
    User.objects.create(username="grace", first_name="Grace", last_name="Hopper")
    add_note(hub, by="ada", tags=("django",))
    add_note(hub, by="grace", tags=("celery", "django"))
    add_note(hub, by="grace")
    contents = gather(hub, WEEK)
    assert contents.contributors == (("Grace Hopper", 2), ("ada", 1))
    assert contents.tags == (("django", 2), ("celery", 1))


def test_the_work_does_not_grow_with_the_number_of_notes(
    hub: Hub, django_assert_max_num_queries: object
) -> None:
    for number in range(5):
        note = add_note(hub, f"note {number}", tags=(f"tag{number}",))
        break_link(note, f"https://gone.example/{number}")
    with django_assert_max_num_queries(9):  # type: ignore[operator]
        gather(hub, WEEK)


def test_a_note_whose_author_is_gone_is_still_told_of(hub: Hub) -> None:
    note = add_note(hub)
    assert note.author is not None
    note.author.delete()
    assert gather(hub, WEEK).items[0].author == "somebody"


@pytest.mark.parametrize("title", ["", "A title"])
def test_a_note_without_a_title_goes_by_its_number(hub: Hub, title: str) -> None:
    note = add_note(hub, title)
    assert gather(hub, WEEK).items[0].title == (title or f"Note {note.pk}")
