"""No two runs look at the same page; what one leaves behind is another's."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import Q
from django.utils import timezone

from notes.links import claims
from notes.links.check import Result
from notes.links.claims import Somebody, claim, release
from notes.links.keep import keep
from notes.links.verdicts import Verdict
from notes.models import Job, Link
from notes.models.job import SupersededError

ANY = Q()


@pytest.fixture
def links(db: None) -> list[Link]:
    return [Link.objects.create(url=f"https://a.example/{n}") for n in range(6)]


def claimed(by: claims.Claimant, *, most: int = 10, where: Q = ANY) -> list[str]:
    found = claim(Link.objects.all(), where=where, by=by, most=most)
    return sorted(link.url[-1] for link in found)


def test_what_one_has_claimed_no_other_gets(links: list[Link]) -> None:
    first, second = Somebody(), Somebody()
    firsts, seconds = claimed(first, most=4), claimed(second)
    assert (len(firsts), len(seconds)) == (4, 2)
    assert sorted(firsts + seconds) == ["0", "1", "2", "3", "4", "5"]
    assert claimed(first) == firsts


def test_a_claim_is_of_many_hosts_whichever_fell_due_first(db: None) -> None:
    now = timezone.now()
    for hour, host in enumerate("abcd"):
        due_at = now - timedelta(hours=hour)
        urls = [f"https://{host}.example/{n:02}" for n in range(50)]
        Link.objects.bulk_create(Link(url=url, due_at=due_at) for url in urls)
    found = claim(Link.objects.all(), where=ANY, by=Somebody(), most=50)
    per_host = Counter(link.url[8] for link in found)
    assert len(per_host) == 4
    assert max(per_host.values()) < 40


def test_what_was_looked_at_meanwhile_is_not_claimed(links: list[Link]) -> None:
    url = "https://a.example/0"
    keep([Result(url, Verdict.ALIVE, "Answered 200.", status=200)])
    stale = Link.not_looked_at_since(timezone.now() - timedelta(hours=1))
    assert claimed(Somebody(), where=stale) == ["1", "2", "3", "4", "5"]


def test_what_is_kept_is_free_again_and_so_is_what_is_released(
    links: list[Link],
) -> None:
    first, second = Somebody(), Somebody()
    claimed(first)
    keep([Result("https://a.example/3", Verdict.ALIVE, "Answered 200.")])
    assert claimed(second) == ["3"]
    assert release(first) == 5
    assert len(claimed(second)) == 6


def test_what_a_dead_run_had_claimed_is_free_when_its_lease_has_ended(
    links: list[Link],
) -> None:
    claimed(Somebody())
    second = Somebody()
    assert claimed(second) == []
    past = timezone.now() - timedelta(seconds=1)
    Link.objects.update(claimed_until=past)
    assert len(claimed(second)) == 6


def test_the_next_run_of_a_job_takes_up_what_the_last_one_had_claimed(
    links: list[Link],
) -> None:
    job = Job.objects.create(handler="tasks.links.recheck_links")
    claimed(job)
    assert len(claimed(Job.objects.get(pk=job.pk))) == 6


def test_what_a_run_left_behind_comes_before_everything_else(
    links: list[Link],
) -> None:
    job, dead = Job.objects.create(handler="x"), Somebody()
    left = claimed(job, most=2)
    assert claimed(Job.objects.get(pk=job.pk), most=2) == left
    orphans = claimed(dead, most=2)
    past = timezone.now() - timedelta(seconds=1)
    Link.objects.filter(claimed_by=dead.id).update(claimed_until=past)
    assert claimed(Somebody(), most=2) == orphans


def test_what_a_run_saw_that_was_taken_over_is_undone(links: list[Link]) -> None:
    job = Job.objects.create(handler="x", state=Job.State.RUNNING, attempts=1)
    with job.step():
        keep([Result("https://a.example/0", Verdict.ALIVE, "Answered 200.")])
    Job.objects.update(attempts=2)
    with pytest.raises(SupersededError), job.step():
        keep([Result("https://a.example/1", Verdict.ALIVE, "Answered 200.")])
    assert list(Link.objects.exclude(checked_at=None)) == links[:1]
