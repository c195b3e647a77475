"""Two thousand links of every class at once: each gets the verdict of its class."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from aiohttp import web

from notes.links.check import Verdict
from tests.notes.links import zoo as animals
from tests.notes.links.scenes import in_zoo, look
from tests.notes.links.zoo import Zoo, html

Answer = Callable[[], web.Response]


def to(location: str, status: int) -> Answer:
    return lambda: web.Response(status=status, headers={"Location": location})


def bare(status: int) -> Answer:
    return lambda: web.Response(status=status)


def page(title: str, body: str = animals.ARTICLE) -> Answer:
    return lambda: html(title, body)


# What the first part of a path is answered with, and what is right to say of it.
CLASSES: dict[str, tuple[Answer, Verdict]] = {
    "plain": (page("A page"), Verdict.ALIVE),
    "short": (page("ok", "ok"), Verdict.ALIVE),
    "empty": (bare(200), Verdict.ALIVE),
    "created": (bare(204), Verdict.ALIVE),
    "image.png": (lambda: web.Response(body=b"x" * 90_000), Verdict.ALIVE),
    "anchor": (page("A page", f"<p id=here>{animals.ARTICLE}"), Verdict.ALIVE),
    "no-anchor": (page("A page", f"<p id=there>{animals.ARTICLE}"), Verdict.DEAD),
    "missing": (bare(404), Verdict.DEAD),
    "gone": (bare(410), Verdict.DEAD),
    "broken": (bare(500), Verdict.DEAD),
    "gateway": (bare(502), Verdict.DEAD),
    "soft": (page("Page not found", "Sorry about that."), Verdict.DEAD),
    "parked": (page("x", "This domain is for sale."), Verdict.DEAD),
    "private": (bare(401), Verdict.BLOCKED),
    "forbidden": (bare(403), Verdict.BLOCKED),
    "wall": (page("Hold on", "Checking your browser, please wait"), Verdict.BLOCKED),
    "odd": (bare(999), Verdict.BLOCKED),
    "moved": (to("/plain/moved", 301), Verdict.MOVED),
    "for-good": (to("/moved/once-more", 308), Verdict.MOVED),
    "found": (to("/plain/found", 302), Verdict.REDIRECTED),
    "see-other": (to("/plain/other", 303), Verdict.REDIRECTED),
    "members": (to("/login?next=x", 302), Verdict.BLOCKED),
    "loop": (to("/loop", 302), Verdict.DEAD),
    "nowhere": (bare(302), Verdict.DEAD),
    "to-missing": (to("/missing/x", 301), Verdict.DEAD),
    "metadata": (to("http://169.254.169.254/latest", 302), Verdict.UNSAFE),
    "app": (to("app://open", 302), Verdict.UNSUPPORTED),
}
SOMETIMES = {"flaky": (500, Verdict.FLAKY), "throttled": (429, Verdict.ALIVE)}
FRAGMENTS = {"anchor": "#here", "no-anchor": "#here"}
HOSTS = 12


def test_two_thousand_mixed_links_are_all_judged_rightly_and_cheaply() -> None:
    failed_once: set[str] = set()

    async def answer(request: web.Request) -> web.StreamResponse:
        kind = request.path.split("/")[1]
        key = f"{request.host}{request.path}"
        if kind in SOMETIMES and key not in failed_once:
            failed_once.add(key)
            return web.Response(status=SOMETIMES[kind][0])
        await asyncio.sleep(0.005)
        return CLASSES[kind][0]() if kind in CLASSES else html("A page")

    async def scene(zoo: Zoo) -> tuple[Counter[tuple[str, str]], int, int]:
        hosts = [await zoo.host(answer) for _ in range(HOSTS)]
        kinds = [*CLASSES, *SOMETIMES]
        expected = {}
        for number in range(2000):
            kind, host = kinds[number % len(kinds)], hosts[number % HOSTS]
            # Files are known by their ending, everything else gets a path of its own.
            tail = f"?{number}" if kind == "image.png" else f"/{number}"
            right = CLASSES[kind][1] if kind in CLASSES else SOMETIMES[kind][1]
            expected[f"{host}/{kind}{tail}{FRAGMENTS.get(kind, '')}"] = (kind, right)
        found = await look(*expected, retries=2)
        wrong = Counter(
            (expected[url][0], result.verdict.value)
            for url, result in found.items()
            if result.verdict is not expected[url][1]
        )
        return wrong, len(found), zoo.requests.total()

    wrong, count, requests = in_zoo(scene)
    assert wrong == Counter()
    assert count == 2000
    assert requests < 2000 * 1.5
