"""A web site on loopback for notes to link to."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler

from tests.threaded import Quiet, ThreadedSite

STATUSES = {"/missing": 404, "/moved": 301}


class WebSite(ThreadedSite):
    """/missing is a 404, /moved leads to /new, /held waits for `release`; else fine."""

    def __init__(self) -> None:
        site = self

        class Handler(Quiet, BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.startswith("/held"):
                    site.is_open.wait(15)
                body = b"<!doctype html><title>A page</title><p>Text that is read.</p>"
                self.send_response(STATUSES.get(self.path, 200))
                self.send_header("Location", "/new")
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        super().__init__(Handler)

    def release(self) -> None:
        self.is_open.set()
