"""Servers that break TLS, HTTP or a client's patience are named and bounded."""

from __future__ import annotations

import tracemalloc

import pytest

from notes.links.check import Result, Verdict
from tests.notes.links import zoo as animals
from tests.notes.links.scenes import in_zoo, look, look_at
from tests.notes.links.zoo import Zoo, pages, redirects


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


@pytest.mark.parametrize("encoding", ["br", "zstd"])
@pytest.mark.parametrize(
    ("status", "verdict", "reason"),
    [
        (200, Verdict.ALIVE, "Answered 200; whether #x exists could not be told."),
        (404, Verdict.DEAD, "Answered 404."),
    ],
)
def test_what_nobody_asked_to_be_packed_so_is_judged_by_its_status(
    encoding: str, status: int, verdict: Verdict, reason: str
) -> None:
    async def scene(zoo: Zoo) -> Result:
        packed = animals.bomb(encoding)
        packed.set_status(status)
        host = await zoo.host(pages(bomb=packed))
        return await look_at(f"{host}/bomb#x")

    result = in_zoo(scene)
    assert (result.verdict, result.reason) == (verdict, reason)


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
    assert sum(result.attempts > 0 for result in found.values()) <= 24 + 8
