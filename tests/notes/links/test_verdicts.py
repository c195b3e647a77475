"""From what was seen to a verdict, with the evidence in its sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes.links.observations import Failure, Hop, Seen, Sign
from notes.links.verdicts import Verdict, judge

PAGE = "http://a.example/x"


def seen(**changes: object) -> Seen:
    values: dict[str, object] = {"url": PAGE, "final_url": PAGE, "status": 200}
    return Seen(**(values | changes))  # type: ignore[arg-type]


def test_an_answer_is_alive() -> None:
    assert judge(seen()) == (Verdict.ALIVE, "Answered 200.")


@pytest.mark.parametrize(
    ("failure", "verdict"),
    [
        (Failure.ADDRESS_REFUSED, Verdict.UNSAFE),
        (Failure.REDIRECT_UNSUPPORTED, Verdict.UNSUPPORTED),
        (Failure.NAME_UNAVAILABLE, Verdict.UNCHECKED),
        (Failure.NO_ROUTE, Verdict.UNCHECKED),
        (Failure.HOST_NOT_ASKED, Verdict.UNCHECKED),
        (Failure.NO_SUCH_NAME, Verdict.DEAD),
        (Failure.TIMEOUT, Verdict.DEAD),
        (Failure.TLS, Verdict.DEAD),
        (Failure.REDIRECT_LOOP, Verdict.DEAD),
    ],
)
def test_a_failure_is_dead_only_when_it_is_the_links_own(
    failure: Failure, verdict: Verdict
) -> None:
    message = "What happened."
    assert judge(seen(status=None, failure=failure, message=message)) == (
        verdict,
        "What happened.",
    )


@pytest.mark.parametrize("status", [401, 402, 403, 405, 407, 429, 451, 999])
def test_a_server_that_keeps_checks_out_is_no_dead_link(status: int) -> None:
    verdict, reason = judge(seen(status=status))
    assert verdict is Verdict.BLOCKED
    assert str(status) in reason


@pytest.mark.parametrize("status", [400, 404, 410, 418, 500, 502, 503, 599])
def test_other_errors_are_dead(status: int) -> None:
    assert judge(seen(status=status)).verdict is Verdict.DEAD


def test_a_server_under_repair_that_says_when_is_blocked_and_not_dead() -> None:
    verdict, reason = judge(seen(status=503, wait_seconds=120.0))
    assert verdict is Verdict.BLOCKED
    assert "120 s" in reason


def test_redirects_are_for_good_only_when_every_hop_is() -> None:
    end = "http://b.example/y"
    hops = (Hop(PAGE, 301, "http://b.example/"), Hop("http://b.example/", 308, end))
    assert judge(seen(hops=hops, final_url=end)).verdict is Verdict.MOVED
    mixed = (hops[0], Hop("http://b.example/", 302, end))
    verdict, reason = judge(seen(hops=mixed, final_url=end))
    assert verdict is Verdict.REDIRECTED
    assert reason == f"Redirects (301, 302) to {end}."


def test_a_404_at_the_end_of_redirects_is_dead_and_counts_them() -> None:
    hops = (Hop(PAGE, 301, "http://a.example/y"),)
    assert judge(seen(status=404, hops=hops, final_url=hops[0].target)) == (
        Verdict.DEAD,
        "Answered 404 after 1 redirect.",
    )


def test_signs_of_a_page_outweigh_its_status() -> None:
    assert judge(seen(signs=frozenset({Sign.PARKED}))).verdict is Verdict.DEAD
    assert judge(seen(signs=frozenset({Sign.LOGIN}))).verdict is Verdict.BLOCKED
    wall = seen(status=503, signs=frozenset({Sign.BOT_WALL}))
    assert judge(wall).verdict is Verdict.BLOCKED


def test_an_anchor_that_cannot_be_told_leaves_the_link_alive_and_says_so() -> None:
    unknown = seen(fragment="L10", signs=frozenset({Sign.ANCHOR_UNKNOWN}))
    verdict, reason = judge(unknown)
    assert verdict is Verdict.ALIVE
    assert "#L10" in reason


def test_an_answer_after_a_failure_is_flaky_and_names_the_failure() -> None:
    verdict, reason = judge(seen(earlier_failures=("answered 502",)))
    assert verdict is Verdict.FLAKY
    assert "answered 502" in reason


OBSERVATIONS = st.builds(
    Seen,
    url=st.just(PAGE),
    final_url=st.just("http://b.example/"),
    hops=st.sampled_from([(), (Hop(PAGE, 302, "http://b.example/"),)]),
    status=st.integers(100, 999),
    failure=st.none() | st.sampled_from(Failure),
    message=st.just("What happened."),
    signs=st.frozensets(st.sampled_from(Sign)),
    wait_seconds=st.none() | st.floats(0, 1e6),
    earlier_failures=st.sampled_from([(), ("answered 500",)]),
)


@given(OBSERVATIONS)
def test_every_observation_gets_one_verdict_and_one_sentence(found: Seen) -> None:
    verdict, reason = judge(found)
    assert verdict in Verdict
    assert reason.endswith(".")
    assert ".." not in reason


@given(OBSERVATIONS)
def test_not_being_able_to_look_is_never_dead(found: Seen) -> None:
    away = {Failure.NAME_UNAVAILABLE, Failure.NO_ROUTE, Failure.HOST_NOT_ASKED}
    if found.failure in away:
        assert judge(found).verdict is Verdict.UNCHECKED
