"""A page that has not changed is not sent again."""

from __future__ import annotations

from collections import Counter

from aiohttp import web

from notes.links.check import Result, Verdict, Version, check_urls
from tests.notes.links.scenes import in_zoo
from tests.notes.links.zoo import Zoo, html, policy

BODY = " ".join(["word"] * 2000)
DATE = "Tue, 24 Nov 2026 10:00:00 GMT"


class Site:
    """Pages by the first part of their path; counts the bytes of their bodies."""

    def __init__(self) -> None:
        self.sent = 0
        self.edition = "1"
        self.answers: Counter[int] = Counter()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        kind = request.path.split("/")[1]
        if kind == "moved":
            return web.Response(status=301, headers={"Location": "/tagged/x"})
        asked = request.headers
        is_known = asked.get("If-None-Match") == f'"{self.edition}"' or (
            kind == "dated" and asked.get("If-Modified-Since") == DATE
        )
        if kind == "picky" and "If-None-Match" in asked:
            response = web.Response(status=412)
        elif is_known and kind != "deaf":
            response = web.Response(status=304)
        else:
            title = "Page not found" if kind == "soft" else "A page"
            response = html(title, "Sorry." if kind == "soft" else BODY)
            self.sent += len(response.body)  # type: ignore[arg-type]
        if kind == "dated":
            response.headers["Last-Modified"] = DATE
        else:
            response.headers["ETag"] = f'"{self.edition}"'
        self.answers[response.status] += 1
        return response


async def look(links: list[str], known: dict[str, Result]) -> dict[str, Result]:
    versions = {
        url: Version(result.final_url, result.etag, result.last_modified)
        for url, result in known.items()
        if result.etag or result.last_modified
    }
    found = check_urls(links, policy=policy(), versions=versions)
    return {result.url: result async for result in found}


def twice(*paths: str, edition: str = "1") -> tuple[list[Result], list[Result], Site]:
    """Look, and look again with what was learnt; the second look's answers."""
    site = Site()

    async def scene(zoo: Zoo) -> tuple[list[Result], list[Result]]:
        host = await zoo.host(site.answer)
        links = [f"{host}/{path}" for path in paths]
        first = await look(links, {})
        site.sent, site.edition = 0, edition
        site.answers.clear()
        second = await look(links, first)
        return [first[url] for url in links], [second[url] for url in links]

    return *in_zoo(scene), site


def test_unchanged_pages_cost_no_body_and_stay_what_they_were() -> None:
    first, second, site = twice("tagged/a", "dated/b", "moved/c")
    verdicts = [Verdict.ALIVE, Verdict.ALIVE, Verdict.MOVED]
    assert [r.verdict for r in first] == [r.verdict for r in second] == verdicts
    assert (site.sent, site.answers) == (0, {304: 3})
    assert second[0].reason == "Answered 304: the same as at the last look."
    assert [(r.etag, r.last_modified) for r in second[:2]] == [('"1"', ""), ("", DATE)]


def test_a_page_that_has_changed_is_read_anew() -> None:
    _, second, site = twice("tagged/a", edition="2")
    assert second[0].etag == '"2"'
    assert site.sent > len(BODY)


def test_a_server_that_knows_no_conditions_is_read_anew() -> None:
    _, second, site = twice("deaf/a")
    assert second[0].verdict is Verdict.ALIVE
    assert site.answers == {200: 1}


def test_a_server_that_takes_offence_at_conditions_is_asked_without() -> None:
    _, second, site = twice("picky/a")
    assert (second[0].verdict, second[0].attempts) == (Verdict.ALIVE, 1)
    assert site.answers == {412: 1, 200: 1}


def test_a_page_that_said_something_bad_is_read_in_full_each_time() -> None:
    first, second, site = twice("soft/a")
    assert first[0].verdict is second[0].verdict is Verdict.DEAD
    assert first[0].etag == ""
    assert site.answers == {200: 1}


def test_an_anchor_is_looked_for_in_the_whole_page_each_time() -> None:
    _, second, site = twice("tagged/a#nowhere")
    assert second[0].verdict is Verdict.DEAD
    assert site.answers == {200: 1}
