"""The HTTP client: what it sends, what it reads, and when a connection serves again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import pytest

from notes.links import pool
from notes.links.exchange import MOST_HEAD_BYTES, Response
from notes.links.fetch import Fetcher
from notes.links.observations import Failure, FetchError
from tests.notes.links.zoo import policy

T = TypeVar("T")
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\npage"
LATE_SECONDS = 0.05


@dataclass
class Site:
    """Answers each request with a piece of its script; `None` hangs up instead.

    After each answer comes what is extra, after a pause.
    """

    script: list[bytes | None]
    extra: bytes = b""
    pause: float = 0.0
    port: int = 0
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        try:
            while self.script:
                self.requests.append(await reader.readuntil(b"\r\n\r\n"))
                answer = self.script.pop(0)
                if answer is None:
                    break
                if not self.pause:
                    answer += self.extra
                writer.write(answer)
                await asyncio.sleep(self.pause)
                if self.pause:
                    writer.write(self.extra)
            else:
                await reader.read()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/a?b=c"


def fetching(
    script: list[bytes | None],
    scene: Callable[[Fetcher, Site], Awaitable[T]],
    *,
    extra: bytes = b"",
    pause: float = 0.0,
    **changes: object,
) -> tuple[T, Site]:
    async def run() -> tuple[T, Site]:
        site = Site(script, extra, pause)
        server = await asyncio.start_server(site.serve, "127.0.0.1", 0)
        site.port = server.sockets[0].getsockname()[1]
        async with server, Fetcher(policy(**changes)) as fetcher:
            return await scene(fetcher, site), site

    return asyncio.run(run())


async def get(fetcher: Fetcher, site: Site) -> Response:
    return await fetcher.request("GET", site.url, limit=1000)


async def get_twice(fetcher: Fetcher, site: Site) -> list[Response]:
    first = await get(fetcher, site)
    await asyncio.sleep(LATE_SECONDS)
    return [first, await get(fetcher, site)]


async def head_and_get(fetcher: Fetcher, site: Site) -> list[Response]:
    first = await fetcher.request("HEAD", site.url, limit=1000)
    return [first, await get(fetcher, site)]


async def failure_of_get(fetcher: Fetcher, site: Site) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await get(fetcher, site)
    return caught.value


def test_a_request_names_its_host_and_who_asks() -> None:
    async def scene(fetcher: Fetcher, site: Site) -> Response:
        return await fetcher.request(
            "GET", site.url, limit=1000, headers={"If-None-Match": '"v1"'}
        )

    _, site = fetching([PAGE], scene, user_agent="Nexus (+https://example.org/)")
    lines = site.requests[0].decode().split("\r\n")
    assert lines[:2] == ["GET /a?b=c HTTP/1.1", f"Host: 127.0.0.1:{site.port}"]
    assert "User-Agent: Nexus (+https://example.org/)" in lines
    assert 'If-None-Match: "v1"' in lines


def test_a_header_of_somebody_elses_making_cannot_begin_another() -> None:
    async def scene(fetcher: Fetcher, site: Site) -> Response:
        cookie = {"Cookie": "a=b\r\nX-Made-Up: 1\n\nGET /admin HTTP/1.1"}
        return await fetcher.request("GET", site.url, limit=1000, headers=cookie)

    _, site = fetching([PAGE], scene)
    assert len(site.requests) == 1
    assert b"\r\nX-Made-Up" not in site.requests[0]
    assert site.requests[0].count(b"\r\n\r\n") == 1


def test_names_of_headers_are_in_lower_case_and_the_first_of_equal_ones_counts() -> (
    None
):
    answer = (
        b"HTTP/1.1 302 Found\r\nLOCATION: /\xc3\xa9\r\nLocation: /b\r\nX-Empty:\r\n"
        b"Set-Cookie: a=1\r\nset-cookie: b=2\r\nContent-Length: 0\r\n\r\n"
    )
    response, _ = fetching([answer], get)
    assert response.headers["location"] == "/é"
    assert response.headers["x-empty"] == ""
    assert response.set_cookies == ("a=1", "b=2")


def test_a_connection_serves_one_request_after_the_other() -> None:
    responses, site = fetching([PAGE, PAGE], get_twice)
    assert [response.body for response in responses] == [b"page", b"page"]
    assert site.connections == 1


def test_after_a_head_the_connection_serves_again_though_a_length_was_told() -> None:
    bare = PAGE.removesuffix(b"page")
    responses, site = fetching([bare, PAGE], head_and_get)
    assert [response.body for response in responses] == [b"", b"page"]
    assert site.connections == 1


def test_an_idle_connection_that_the_server_closed_is_replaced_unseen() -> None:
    responses, site = fetching([PAGE, None, PAGE], get_twice)
    assert [response.status for response in responses] == [200, 200]
    assert (site.connections, len(site.requests)) == (2, 3)


def test_a_new_connection_that_is_closed_at_once_is_a_failure() -> None:
    error, site = fetching([None], failure_of_get)
    assert error.failure is Failure.CONNECTION_LOST
    assert site.connections == 1


@pytest.mark.parametrize(
    "extra",
    [PAGE.replace(b"page", b"evil"), b"evil"],
    ids=["a second answer", "junk"],
)
@pytest.mark.parametrize("pause", [0.0, LATE_SECONDS / 2], ids=["at once", "later"])
def test_what_nobody_asked_for_is_never_the_answer_to_the_next_request(
    extra: bytes, pause: float
) -> None:
    responses, site = fetching([PAGE, PAGE], get_twice, extra=extra, pause=pause)
    assert [response.body for response in responses] == [b"page", b"page"]
    assert site.connections == 2


def test_a_server_that_asks_to_part_is_parted_from() -> None:
    closing = PAGE.replace(b"OK\r\n", b"OK\r\nConnection: close\r\n")
    responses, site = fetching([closing, PAGE], get_twice)
    assert [response.is_complete for response in responses] == [True, True]
    assert site.connections == 2


def test_a_body_is_read_up_to_the_limit_and_the_rest_is_left() -> None:
    async def scene(fetcher: Fetcher, site: Site) -> Response:
        return await fetcher.request("GET", site.url, limit=3)

    response, _ = fetching([PAGE], scene)
    assert (response.body, response.is_complete) == (b"pag", False)


def test_a_large_file_is_not_read_at_all() -> None:
    film = b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: 9999\r\n\r\n"
    response, _ = fetching([film + b"x" * 9999], get)
    assert (response.status, response.body, response.is_complete) == (200, b"", False)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"220 mail.example ESMTP ready\r\n\r\n", "did not speak HTTP"),
        (b"HTTP/1.1 200 OK\r\nA: " + b"a" * MOST_HEAD_BYTES, "no end"),
        (
            b"HTTP/1.1 101 Hi\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
            "changes the protocol",
        ),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n" * 6000, "no end"),
    ],
    ids=["mail", "endless header", "another protocol", "endless hints"],
)
def test_what_is_no_answer_is_named(answer: bytes, words: str) -> None:
    error, _ = fetching([answer], failure_of_get)
    assert error.failure is Failure.PROTOCOL
    assert words in str(error)


def test_connections_that_wait_are_bounded_and_the_oldest_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "MOST_IDLE", 2)

    async def run() -> tuple[int, int]:
        site = Site([PAGE] * 6)
        server = await asyncio.start_server(site.serve, "0.0.0.0", 0)
        port = server.sockets[0].getsockname()[1]
        links = [f"http://127.0.0.{n}:{port}/" for n in range(1, 5)]
        async with server, Fetcher(policy()) as fetcher:
            for link in links:
                await fetcher.request("GET", link, limit=1000)
            before = site.connections
            # The newest two are there still, the first two are not.
            for link in [links[3], links[0]]:
                await fetcher.request("GET", link, limit=1000)
            return before, site.connections

    assert asyncio.run(run()) == (4, 5)


def test_a_request_that_is_called_off_takes_its_connection_along() -> None:
    async def scene(fetcher: Fetcher, site: Site) -> Response:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(LATE_SECONDS):
                await get(fetcher, site)
        site.script.append(PAGE)
        return await get(fetcher, site)

    response, site = fetching([b"HTTP/1.1 "], scene)
    assert response.body == b"page"
    assert site.connections == 2
