"""Servers that are odd but in order, or broken but there, are no dead links."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections import Counter

import pytest
from aiohttp import web

from notes.links.check import Result, Verdict
from tests.notes.links import zoo as animals
from tests.notes.links.scenes import in_zoo, look, look_at
from tests.notes.links.zoo import RawHandler, Zoo, always, html

PAGE = b"<title>A page</title><p id=here>" + b"word " * 200
HTML = b"Content-Type: text/html\r\n"


def says(answer: bytes, *, hold: bool = False) -> RawHandler:
    """Read a request and answer with these bytes; hang up or hold the line."""

    async def handler(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        if hold:
            await reader.read()

    return handler


def sized(body: bytes, length: int, extra: bytes = b"") -> bytes:
    head = b"HTTP/1.1 200 OK\r\n" + HTML + extra
    return head + b"Content-Length: %d\r\n\r\n" % length + body


CHUNKS = b"HTTP/1.1 200 OK\r\n" + HTML + b"Transfer-Encoding: chunked\r\n\r\n"
GZIP = b"Content-Encoding: gzip\r\n"
PACKED = gzip.compress(PAGE)
FINE = {
    "HTTP/1.0 until it hangs up": b"HTTP/1.0 200 OK\r\n" + HTML + b"\r\n" + PAGE,
    "no reason phrase": b"HTTP/1.1 200 \r\n" + HTML + b"\r\n" + PAGE,
    "early hints first": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    + sized(PAGE, len(PAGE)),
    "chunked": CHUNKS + b"%x\r\n%b\r\n0\r\n\r\n" % (len(PAGE), PAGE),
    "chunks without an end": CHUNKS + b"5\r\nhello\r\n",
    "shorter than it said": sized(PAGE, len(PAGE) + 1000),
    "good gzip": sized(PACKED, len(PACKED), GZIP),
    "half a gzip": sized(PACKED[:40], 40, GZIP),
    "gzip that is none": sized(PAGE, len(PAGE), GZIP),
    "an encoding that nobody knows": sized(
        PAGE, len(PAGE), b"Content-Encoding: zoo\r\n"
    ),
    "several choices": b"HTTP/1.1 300 Multiple Choices\r\n" + HTML + b"\r\n" + PAGE,
    "a header that is none": b"HTTP/1.1 200 OK\r\nnonsense\r\n" + HTML + b"\r\n" + PAGE,
    "a space before the colon": b"HTTP/1.1 200 OK\r\nX-A : b\r\n"
    + HTML
    + b"\r\n"
    + PAGE,
    "two lengths": sized(PAGE, len(PAGE), b"Content-Length: 7\r\n"),
    "a length that is none": b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n" + PAGE,
    "lines that end as in Unix": sized(PAGE, len(PAGE)).replace(b"\r\n", b"\n"),
    "nothing to say": b"HTTP/1.1 204 No Content\r\n\r\n",
    "a type that is none": b"HTTP/1.1 200 OK\r\nContent-Type: ;;;\r\n\r\n" + PAGE,
}


@pytest.mark.parametrize("name", FINE)
def test_an_answer_counts_whatever_became_of_its_body(name: str) -> None:
    async def scene(zoo: Zoo) -> Result:
        return await look_at(await zoo.raw_host(says(FINE[name])) + "/page")

    result = in_zoo(scene)
    assert (result.verdict, result.attempts) == (Verdict.ALIVE, 1)


def test_an_anchor_in_a_body_that_broke_off_cannot_be_told() -> None:
    async def scene(zoo: Zoo) -> list[Result]:
        host = await zoo.raw_host(says(sized(PAGE, len(PAGE) + 1000)))
        found = await look(f"{host}/1#here", f"{host}/2#nowhere")
        return [found[f"{host}/1#here"], found[f"{host}/2#nowhere"]]

    here, nowhere = in_zoo(scene)
    assert here.reason == "Answered 200."
    assert nowhere.verdict is Verdict.ALIVE
    assert "could not be told" in nowhere.reason


def test_a_head_that_is_never_answered_is_followed_by_a_get() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        if request.method == "HEAD":
            await asyncio.sleep(5)
        return web.Response(body=b"%PDF", content_type="application/pdf")

    async def scene(zoo: Zoo) -> Result:
        return await look_at(await zoo.host(answer) + "/a.pdf", total_seconds=0.3)

    assert in_zoo(scene).verdict is Verdict.ALIVE


def test_from_http_to_https_is_a_move_and_the_way_back_is_told() -> None:
    async def scene(zoo: Zoo) -> Result:
        safe = await zoo.tls_host()
        plain = await zoo.host(
            always(lambda: web.Response(status=301, headers={"Location": f"{safe}/a"}))
        )
        found = await look(f"{plain}/a", tls=zoo.client_tls())
        return found[f"{plain}/a"]

    result = in_zoo(scene)
    assert result.verdict is Verdict.MOVED
    assert result.final_url.startswith("https://")
    assert "leaves" not in result.reason


@pytest.mark.parametrize("header", ["cf-mitigated", "x-amzn-waf-action"])
@pytest.mark.parametrize("status", [200, 202, 503])
def test_a_challenge_is_known_by_its_header(header: str, status: int) -> None:
    challenge = {header: "challenge"}
    page = html("Ein Moment", "Bitte warten.")

    async def scene(zoo: Zoo) -> Result:
        answer = always(
            lambda: web.Response(
                status=status, headers=challenge, body=page.body, content_type="x/y"
            )
        )
        return await look_at(await zoo.host(answer) + "/page", retries=0)

    assert in_zoo(scene).verdict is Verdict.BLOCKED


def test_ten_thousand_links_to_a_host_that_hangs_up_are_not_ten_thousand_tries() -> (
    None
):
    async def scene(zoo: Zoo) -> tuple[Counter[str], int]:
        host = await zoo.raw_host(animals.hang_up)
        found = await look(*(f"{host}/{n}" for n in range(10_000)))
        verdicts = Counter(result.verdict.value for result in found.values())
        return verdicts, zoo.requests.total()

    verdicts, connections = in_zoo(scene)
    assert verdicts == {"dead": 10_000}
    assert connections < 100


def test_thousands_of_links_to_one_host_are_each_asked_for_once() -> None:
    async def scene(zoo: Zoo) -> tuple[Counter[str], set[int]]:
        host = await zoo.raw_host(says_forever)
        found = await look(*(f"{host}/{n}" for n in range(3_000)))
        verdicts = Counter(result.verdict.value for result in found.values())
        return verdicts, {result.attempts for result in found.values()}

    started = time.monotonic()
    assert in_zoo(scene) == (Counter(alive=3_000), {1})
    assert time.monotonic() - started < 30


async def says_forever(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Keep the connection and answer each request at once."""
    while await reader.readuntil(b"\r\n\r\n"):
        writer.write(sized(PAGE, len(PAGE)))
        await writer.drain()
