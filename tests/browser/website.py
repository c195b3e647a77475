"""A web site on loopback for notes to link to."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

STATUSES = {"/missing": 404, "/moved": 301}


class WebSite:
    """/missing is a 404, /moved leads to /new, /held waits for `release`; else fine."""

    def __init__(self) -> None:
        self.is_released = threading.Event()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.startswith("/held"):
                    site.is_released.wait(15)
                body = b"<!doctype html><title>A page</title><p>Text that is read.</p>"
                self.send_response(STATUSES.get(self.path, 200))
                self.send_header("Location", "/new")
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """The test's own output is enough."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def release(self) -> None:
        self.is_released.set()

    def close(self) -> None:
        self.release()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
