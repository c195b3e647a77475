"""Answers that are not what their status says, looked through against a zoo."""

from __future__ import annotations

from aiohttp import web

from notes.links.check import Result, Verdict
from tests.notes.links import zoo as animals
from tests.notes.links.scenes import in_zoo, look, look_at
from tests.notes.links.zoo import Zoo, html, pages, redirects


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
