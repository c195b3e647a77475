"""The engine against a zoo: every kind of answer gets the verdict it deserves."""

from __future__ import annotations

import asyncio
import tracemalloc
from itertools import pairwise

import pytest
from aiohttp import web

from notes.links.check import Result, Verdict, check_now, check_urls
from tests.notes.links import zoo as animals
from tests.notes.links.scenes import in_zoo, look, look_at
from tests.notes.links.zoo import Zoo, html, pages, policy, redirects


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


def test_a_single_page_that_now_is_the_home_page_has_moved_there() -> None:
    async def scene(zoo: Zoo) -> Result:
        home = await zoo.host(pages(**{"": "Home"}))
        host = await zoo.host(redirects(("/old", 301, f"{home}/")))
        return await look_at(f"{host}/old")

    result = in_zoo(scene)
    assert result.verdict is Verdict.MOVED
    assert "ends at the home page" in result.reason


def test_a_login_page_at_the_end_of_a_redirect_is_blocked() -> None:
    async def scene(zoo: Zoo) -> Result:
        host = await zoo.host(redirects(("/doc", 302, "/users/sign_in?next=/doc")))
        return await look_at(f"{host}/doc")

    result = in_zoo(scene)
    assert result.verdict is Verdict.BLOCKED
    assert "log in" in result.reason


def test_a_page_that_says_not_found_with_status_200_is_dead() -> None:
    async def scene(zoo: Zoo) -> Result:
        host = await zoo.host(animals.always(lambda: html("Page not found", "Sorry.")))
        return await look_at(f"{host}/gone")

    result = in_zoo(scene)
    assert (result.verdict, result.status) == (Verdict.DEAD, 200)
    assert "nothing was found" in result.reason


def test_an_article_about_missing_pages_is_alive_where_the_host_knows_better() -> None:
    async def scene(zoo: Zoo) -> tuple[Result, int]:
        host = await zoo.host(pages(status="404 Not Found"))
        return await look_at(f"{host}/status"), zoo.requests.total()

    result, requests = in_zoo(scene)
    assert result.verdict is Verdict.ALIVE
    assert requests == 2


def test_a_long_page_that_any_path_gets_is_dead() -> None:
    async def scene(zoo: Zoo) -> Result:
        host = await zoo.host(
            animals.always(lambda: html("Not found here any more 404"))
        )
        return await look_at(f"{host}/docs/gone")

    result = in_zoo(scene)
    assert result.verdict is Verdict.DEAD
    assert "cannot exist" in result.reason


def test_a_host_that_sends_every_path_home_has_lost_the_page() -> None:
    async def home(request: web.Request) -> web.StreamResponse:
        if request.path == "/":
            return html("Welcome")
        return web.Response(status=302, headers={"Location": "/"})

    async def scene(zoo: Zoo) -> Result:
        return await look_at(await zoo.host(home) + "/articles/7")

    assert in_zoo(scene).verdict is Verdict.DEAD


def test_plain_pages_that_look_alike_are_not_taken_for_missing() -> None:
    async def scene(zoo: Zoo) -> tuple[set[Verdict], int]:
        host = await zoo.host(animals.always(lambda: html("ok", "ok")))
        found = await look(*(f"{host}/{n}" for n in range(20)))
        return {result.verdict for result in found.values()}, zoo.requests.total()

    assert in_zoo(scene) == ({Verdict.ALIVE}, 20)


def test_a_parked_domain_is_dead_and_a_bot_wall_is_blocked() -> None:
    async def scene(zoo: Zoo) -> list[Result]:
        sale = html(
            "a.example", "The domain name a.example is for sale. Make an offer."
        )
        wall = html("One moment", "Please verify that you are human. CAPTCHA")
        wall.set_status(503)
        host = await zoo.host(pages(parked=sale, wall=wall))
        found = await look(f"{host}/parked", f"{host}/wall")
        return [found[f"{host}/parked"], found[f"{host}/wall"]]

    parked, wall = in_zoo(scene)
    assert (parked.verdict, wall.verdict) == (Verdict.DEAD, Verdict.BLOCKED)
    assert "for sale" in parked.reason
    assert "human" in wall.reason


def test_fragments_of_one_page_are_judged_apart_with_one_request() -> None:
    async def scene(zoo: Zoo) -> tuple[list[Verdict], int]:
        body = f"<h2 id='here'>Here</h2><a name=old></a>{animals.ARTICLE}"
        host = await zoo.host(pages(page=html("Page", body)))
        names = ["here", "old", "gone", ":~:text=word%20word", ":~:text=no%20such"]
        links = [f"{host}/page#{name}" for name in names]
        found = await look(*links)
        return [found[link].verdict for link in links], zoo.requests.total()

    alive, dead = Verdict.ALIVE, Verdict.DEAD
    assert in_zoo(scene) == ([alive, alive, dead, alive, dead], 1)


def test_an_anchor_far_down_a_long_page_is_found() -> None:
    async def scene(zoo: Zoo) -> Result:
        host = await zoo.host(pages(page=html("P", "word " * 60_000 + "<p id=end>")))
        return await look_at(f"{host}/page#end")

    assert in_zoo(scene).verdict is Verdict.ALIVE


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


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("expired", "expired"),
        ("not yet", "not valid yet"),
        ("other host", "another"),
        ("unknown authority", "nobody knows"),
    ],
)
def test_each_fault_of_a_certificate_is_named(fault: str, words: str) -> None:
    async def scene(zoo: Zoo) -> Result:
        host = await zoo.tls_host(fault)
        return await look_at(host, tls=zoo.client_tls())

    result = in_zoo(scene)
    assert result.verdict is Verdict.DEAD
    assert words in result.reason


def test_a_good_certificate_is_alive_and_plain_http_on_a_tls_port_is_named() -> None:
    async def scene(zoo: Zoo) -> list[Result]:
        good, plain = await zoo.tls_host(), await zoo.host(animals.answer_ok)
        wrong = plain.replace("http:", "https:")
        found = await look(good, wrong, tls=zoo.client_tls())
        return [found[good], found[wrong]]

    good, wrong = in_zoo(scene)
    assert good.verdict is Verdict.ALIVE
    assert wrong.verdict is Verdict.DEAD
    assert "TLS" in wrong.reason


def test_leaving_https_for_http_is_said() -> None:
    async def scene(zoo: Zoo) -> Result:
        plain = await zoo.host(animals.answer_ok)
        leaving = await zoo.tls_host(handler=redirects(("/a", 301, f"{plain}/a")))
        return await look_at(f"{leaving}/a", tls=zoo.client_tls())

    result = in_zoo(scene)
    assert result.verdict is Verdict.MOVED
    assert "leaves https for http" in result.reason


@pytest.mark.parametrize(
    ("animal", "words"),
    [
        (animals.hang_up, "hung up"),
        (animals.speak_nonsense, "did not speak HTTP"),
        (animals.drip_headers, "in time"),
    ],
)
def test_servers_that_break_the_protocol_are_dead_and_named(
    animal: animals.RawHandler, words: str
) -> None:
    async def scene(zoo: Zoo) -> tuple[Result, int]:
        host = await zoo.raw_host(animal)
        result = await look_at(host, total_seconds=0.3)
        return result, zoo.requests.total()

    result, connections = in_zoo(scene)
    assert result.verdict is Verdict.DEAD
    assert words in result.reason
    # The client may reconnect once by itself where a kept connection was closed.
    assert result.attempts == 3
    assert 3 <= connections <= 6


def test_a_body_that_drips_does_not_hold_the_check_up() -> None:
    async def scene(zoo: Zoo) -> Result:
        return await look_at(await zoo.raw_host(animals.drip_body), body_seconds=0.2)

    result = in_zoo(scene)
    assert result.verdict is Verdict.ALIVE
    assert result.elapsed_ms < 1000


def test_an_endless_body_is_hung_up_on() -> None:
    async def scene(zoo: Zoo) -> Result:
        return await look_at(await zoo.raw_host(animals.endless_body))

    result = in_zoo(scene)
    assert result.verdict is Verdict.ALIVE
    assert result.elapsed_ms < 500


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_compressed_bomb_does_not_fill_the_memory(encoding: str) -> None:
    async def scene(zoo: Zoo) -> tuple[Result, int]:
        packed = animals.bomb(encoding)
        host = await zoo.host(pages(bomb=packed))
        tracemalloc.start()
        result = await look_at(f"{host}/bomb")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return result, peak

    result, peak = in_zoo(scene)
    assert result.verdict is Verdict.ALIVE
    assert peak < 4 * 1024 * 1024


def test_a_closed_port_is_dead_after_three_tries() -> None:
    async def scene(zoo: Zoo) -> Result:
        await zoo.host(animals.answer_ok)
        return await look_at(f"http://127.0.0.39:{zoo.port}/")

    result = in_zoo(scene)
    assert (result.verdict, result.attempts) == (Verdict.DEAD, 3)
    assert "refused the connection" in result.reason


def test_a_host_that_never_answers_is_not_asked_for_every_link() -> None:
    async def scene(zoo: Zoo) -> tuple[dict[str, Result], int]:
        host = await zoo.raw_host(animals.hang_up)
        links = [f"{host}/{n}" for n in range(100)]
        return await look(*links), zoo.requests.total()

    found, connections = in_zoo(scene)
    verdicts = [result.verdict for result in found.values()]
    assert connections <= 2 * (24 + 8)
    assert set(verdicts) == {Verdict.DEAD}
    assert sum(result.attempts == 0 for result in found.values()) >= 70


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
    found = check_now(["mailto:ada@a.example", "/relative", "http://"], policy=policy())
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
