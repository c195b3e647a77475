"""A web server on loopback in a thread, for tests that have no event loop."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Quiet:
    def log_message(self, *_: Any) -> None:
        """The test's own output is enough."""


class ThreadedSite:
    """Serves by a handler, which may hold an answer back until the site ``is_open``."""

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        self.is_open = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        self.is_open.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
