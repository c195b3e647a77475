"""The engine against a zoo: every kind of answer gets the verdict it deserves."""

from __future__ import annotations

import asyncio
from itertools import pairwise

from aiohttp import web

from notes.links.check import Result, Verdict, check_urls
from tests.notes.links import zoo as animals
from tests.notes.links.scenes import in_zoo, look, look_at
from tests.notes.links.zoo import Zoo, html, policy, redirects


def test_a_page_that_answers_is_alive() -> None:
    async def scene(zoo: Zoo) -> Result:
        return await look_at(await zoo.host(animals.answer_ok) + "/page")

    result = in_zoo(scene)
    assert (result.verdict, result.status, result.attempts) == (Verdict.ALIVE, 200, 1)
    assert result.reason == "Answered 200."


STATUSES = {
    204: Verdict.ALIVE,
    401: Verdict.BLOCKED,
    403: Verdict.BLOCKED,
    404: Verdict.DEAD,
    410: Verdict.DEAD,
    429: Verdict.BLOCKED,
    451: Verdict.BLOCKED,
    500: Verdict.DEAD,
    503: Verdict.DEAD,
    999: Verdict.BLOCKED,
}


def test_each_status_has_its_verdict_and_only_what_may_pass_is_retried() -> None:
    async def scene(zoo: Zoo) -> dict[int, Result]:
        found = {}
        for status in STATUSES:
            host = await zoo.host(animals.answer_status)
            found[status] = await look_at(f"{host}/{status}")
        return found

    found = in_zoo(scene)
    assert {status: result.verdict for status, result in found.items()} == STATUSES
    tries = {status: result.attempts for status, result in found.items()}
    assert {status for status, count in tries.items() if count == 3} == {429, 500, 503}
    assert all(str(status) in found[status].reason for status in STATUSES)


def test_a_link_that_answers_at_the_second_try_is_flaky_with_what_came_first() -> None:
    async def scene(zoo: Zoo) -> Result:
        return await look_at(await zoo.host(animals.fails_first(1, 500)) + "/x")

    result = in_zoo(scene)
    assert (result.verdict, result.attempts) == (Verdict.FLAKY, 2)
    assert "answered 500" in result.reason


def test_being_asked_to_wait_is_respected_and_is_no_fault_of_the_link() -> None:
    async def scene(zoo: Zoo) -> tuple[dict[str, Result], list[float]]:
        host = await zoo.host(animals.fails_first(1, 429, Retry_After="1"))
        links = [f"{host}/{n}" for n in range(3)]
        found = await look(*links, per_host=1)
        return found, next(iter(zoo.seen_at.values()))

    found, moments = in_zoo(scene)
    assert {result.verdict for result in found.values()} == {Verdict.ALIVE}
    pauses = [after - before for before, after in pairwise(moments)]
    assert sum(pause >= 0.99 for pause in pauses) == 3


def test_a_host_that_asks_for_a_long_rest_is_left_alone() -> None:
    async def scene(zoo: Zoo) -> tuple[dict[str, Result], int]:
        host = await zoo.host(animals.fails_first(99, 429, Retry_After="3600"))
        links = [f"{host}/{n}" for n in range(5)]
        return await look(*links, per_host=1), zoo.requests.total()

    found, requests = in_zoo(scene)
    verdicts = sorted(result.verdict for result in found.values())
    assert verdicts == [Verdict.BLOCKED] + 4 * [Verdict.UNCHECKED]
    assert requests == 1


def test_redirects_are_told_apart_by_whether_they_are_for_good() -> None:
    async def scene(zoo: Zoo) -> list[Result]:
        host = await zoo.host(
            redirects(
                ("/moved", 301, "/new"),
                ("/twice", 308, "/moved"),
                ("/found", 302, "/new"),
                ("/mixed", 301, "/found"),
            )
        )
        names = ["moved", "twice", "found", "mixed"]
        found = await look(*(f"{host}/{name}" for name in names))
        return [found[f"{host}/{name}"] for name in names]

    moved, twice, found, mixed = in_zoo(scene)
    assert [r.verdict for r in (moved, twice)] == [Verdict.MOVED] * 2
    assert [r.verdict for r in (found, mixed)] == [Verdict.REDIRECTED] * 2
    assert [hop.status for hop in twice.redirects] == [308, 301]
    assert twice.final_url.endswith("/new")
    assert twice.redirects[0].url.endswith("/twice")


def test_a_loop_and_too_many_redirects_are_dead_and_named() -> None:
    async def scene(zoo: Zoo) -> list[Result]:
        long = [(f"/{n}", 302, f"/{n + 1}") for n in range(30)]
        host = await zoo.host(redirects(("/a", 302, "/b"), ("/b", 302, "/a"), *long))
        found = await look(f"{host}/a", f"{host}/0")
        return [found[f"{host}/a"], found[f"{host}/0"]]

    loop, many = in_zoo(scene)
    assert (loop.verdict, many.verdict) == (Verdict.DEAD, Verdict.DEAD)
    assert "loop" in loop.reason
    assert "More than 10 redirects" in many.reason
    assert len(many.redirects) == 11


def test_a_redirect_to_nowhere_or_to_another_scheme_is_named() -> None:
    async def scene(zoo: Zoo) -> list[Result]:
        host = await zoo.host(
            redirects(("/a", 302, ""), ("/b", 302, "mailto:ada@a.example"))
        )
        found = await look(f"{host}/a", f"{host}/b")
        return [found[f"{host}/a"], found[f"{host}/b"]]

    nowhere, mail = in_zoo(scene)
    assert (nowhere.verdict, mail.verdict) == (Verdict.DEAD, Verdict.UNSUPPORTED)
    assert "without saying where" in nowhere.reason
    assert "mailto:" in mail.reason


def test_cookies_live_within_one_chain_only() -> None:
    async def gate(request: web.Request) -> web.StreamResponse:
        if request.cookies.get("pass") == "yes":
            return html("Inside")
        answer = web.Response(status=302, headers={"Location": request.path})
        answer.set_cookie("pass", "yes")
        return answer

    async def scene(zoo: Zoo) -> tuple[dict[str, Result], int]:
        host = await zoo.host(gate)
        return await look(f"{host}/1", f"{host}/2"), zoo.requests.total()

    found, requests = in_zoo(scene)
    assert {result.verdict for result in found.values()} == {Verdict.REDIRECTED}
    assert requests == 4


def test_files_are_asked_for_by_head_and_by_get_where_that_is_refused() -> None:
    async def no_head(request: web.Request) -> web.StreamResponse:
        if request.method == "HEAD":
            return web.Response(status=405)
        return web.Response(body=b"x" * 200_000, content_type="application/pdf")

    async def scene(zoo: Zoo) -> tuple[list[Result], list[str]]:
        kind, unkind = await zoo.host(animals.answer_ok), await zoo.host(no_head)
        found = await look(f"{kind}/a.zip", f"{unkind}/b.pdf")
        return list(found.values()), sorted(key.split()[0] for key in zoo.requests)

    found, methods = in_zoo(scene)
    assert {(result.verdict, result.attempts) for result in found} == {
        (Verdict.ALIVE, 1)
    }
    assert methods == ["GET", "HEAD", "HEAD"]


def test_no_host_is_asked_for_more_at_once_than_it_may() -> None:
    most, now = 0, 0

    async def busy(request: web.Request) -> web.StreamResponse:
        nonlocal most, now
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1
        return html("A page")

    async def scene(zoo: Zoo) -> int:
        host = await zoo.host(busy)
        found = await look(*(f"{host}/{n}" for n in range(60)), per_host=4)
        return len(found)

    assert in_zoo(scene) == 60
    assert 2 <= most <= 4


def test_a_slow_host_does_not_hold_up_the_others() -> None:
    async def slow(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.05)
        return html("A page")

    async def scene(zoo: Zoo) -> list[str]:
        first, second = await zoo.host(slow), await zoo.host(animals.answer_ok)
        links = [f"{first}/{n}" for n in range(40)] + [
            f"{second}/{n}" for n in range(9)
        ]
        found = await look(*links, concurrency=8, per_host=4)
        return [url for url in found if url.startswith(second)] + [*found][:13]

    order = in_zoo(scene)
    assert set(order[:9]) <= set(order[9:])


def test_the_same_page_is_asked_for_once_however_it_is_written() -> None:
    async def scene(zoo: Zoo) -> tuple[dict[str, Result], int]:
        host = await zoo.host(animals.answer_ok)
        shouted = host.replace("http", "HTTP")
        spellings = [f"{host}/a", f"{shouted}/x/../a", f"{host}/%2e/a#", f"{host}/a"]
        return await look(*spellings), zoo.requests.total()

    found, requests = in_zoo(scene)
    assert (len(found), requests) == (3, 1)


def test_what_cannot_be_asked_for_is_unsupported_and_says_why() -> None:
    links = ("mailto:ada@a.example", "/relative", "http://")
    found = list(asyncio.run(look(*links)).values())
    assert {result.verdict for result in found} == {Verdict.UNSUPPORTED}
    assert "mailto: links are not fetched" in found[0].reason


def test_a_reader_who_leaves_early_leaves_nothing_running() -> None:
    async def scene(zoo: Zoo) -> int:
        host = await zoo.host(animals.answer_ok)
        before = len(asyncio.all_tasks())
        results = check_urls([f"{host}/{n}" for n in range(500)], policy=policy())
        await anext(results)
        await results.aclose()
        await asyncio.sleep(0.05)
        left = {task for task in asyncio.all_tasks() if "Run" in repr(task)}
        assert len(asyncio.all_tasks()) < before + 20
        return len(left)

    assert in_zoo(scene) == 0
