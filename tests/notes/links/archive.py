"""A stand-in for the archive of the web, on loopback."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from tests.threaded import Quiet, ThreadedSite

GONE = "https://gone.example/a?b=c"
COPY = "http://web.archive.example/web/20240301120000/https://gone.example/a?b=c"


def closest(url: str = COPY, **changes: object) -> dict[str, object]:
    found = {"available": True, "status": "200", "timestamp": "20240301120000"}
    return {"archived_snapshots": {"closest": {**found, "url": url, **changes}}}


class StandIn(ThreadedSite):
    """Its availability API: answers by the page it is asked for, while it is open."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: dict[str, object] = {}
        self.status = 200
        archive = self

        class Handler(Quiet, BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                page = parse_qs(parts.query)["url"][0]
                archive.asked.append(f"{parts.path} {page}")
                archive.is_open.wait(15)
                answer = archive.answers.get(page, {"archived_snapshots": {}})
                is_raw = isinstance(answer, bytes)
                self.send_response(archive.status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(answer if is_raw else json.dumps(answer).encode())

        super().__init__(Handler)
        self.is_open.set()
