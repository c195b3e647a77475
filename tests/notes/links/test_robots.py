"""robots.txt is obeyed where an operator wants it, and asked for once per host."""

from __future__ import annotations

from aiohttp import web

from notes.links.check import Result, Verdict
from tests.notes.links.scenes import in_zoo, look
from tests.notes.links.zoo import Zoo, html

RULES = "User-agent: *\nDisallow: /private\n\nUser-agent: NexusLinkCheck\nDisallow: /x"


def looked_at(
    *paths: str, rules: str | int, **changes: object
) -> tuple[list[Result], list[str]]:
    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path != "/robots.txt":
            return html("A page")
        if isinstance(rules, int):
            return web.Response(status=rules)
        return web.Response(text=rules)

    async def scene(zoo: Zoo) -> tuple[list[Result], list[str]]:
        host = await zoo.host(answer)
        links = [f"{host}{path}" for path in paths]
        found = await look(*links, **changes)
        asked = sorted(key.partition("/")[2] for key in zoo.requests.elements())
        return [found[link] for link in links], asked

    return in_zoo(scene)


def test_what_robots_txt_forbids_is_blocked_without_a_request() -> None:
    found, asked = looked_at(
        "/x/1", "/y", "/x/2", rules=RULES, is_robots_txt_obeyed=True
    )
    verdicts = [result.verdict for result in found]
    assert verdicts == [Verdict.BLOCKED, Verdict.ALIVE, Verdict.BLOCKED]
    assert "robots.txt" in found[0].reason
    assert asked == ["robots.txt", "y"]


def test_a_host_without_robots_txt_forbids_nothing() -> None:
    for status in (404, 500):
        found, _ = looked_at("/x", rules=status, is_robots_txt_obeyed=True, retries=0)
        assert found[0].verdict is Verdict.ALIVE


def test_nobody_asks_for_it_unless_an_operator_wants_it() -> None:
    found, asked = looked_at("/x", rules=RULES)
    assert (found[0].verdict, asked) == (Verdict.ALIVE, ["x"])
