"""People at the doors: a browser for the pages, a listener for the announced events."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlencode

from celery import Celery
from kombu import Consumer, Queue

from tasks.queues import EVENTS_EXCHANGE


class Browser:
    """Logs in and posts forms, as a browser without scripts does."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> tuple[int, str]:
        status, _, body = self._request("GET", path)
        return status, body

    def post(self, path: str, **form: str) -> tuple[int, str]:
        """Return the status and where it leads, after fetching the form's token."""
        if "csrftoken" not in self.cookies:
            self._request("GET", path)
        data = {"csrfmiddlewaretoken": self.cookies["csrftoken"], **form}
        status, location, _ = self._request("POST", path, urlencode(data))
        return status, location

    def log_in(self, username: str, password: str) -> None:
        status, _ = self.post("/login/", username=username, password=password)
        assert status == 302, f"the login answered {status}"

    def _request(self, method: str, path: str, body: str = "") -> tuple[int, str, str]:
        pairs = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": pairs, "Content-Type": "application/x-www-form-urlencoded"}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body.encode(), headers)
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie", []):
            self.cookies |= {k: v.value for k, v in SimpleCookie(line).items()}
        return response.status, response.headers.get("Location", ""), text


class WebSite:
    """A web site on loopback: /fine, /missing, /paced, which takes its time, and /held,
    which waits for `release`.
    """

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.released = threading.Event()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.requests.append(self.path)
                if self.path.startswith("/held"):
                    site.released.wait(15)
                if self.path.startswith("/paced"):
                    time.sleep(0.05)
                is_found = not self.path.startswith("/missing")
                body = b"<!doctype html><title>A page</title><p>Text that is read.</p>"
                self.send_response(200 if is_found else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """The test's own output is enough."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def asked_for(self, path: str) -> bool:
        return path in self.requests

    def close(self) -> None:
        self.released.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Listener:
    """An outside consumer of what Nexus announces."""

    def __init__(self, app: Celery, kinds: str) -> None:
        self.broker = app.connection_for_read()
        self.received: list[tuple[dict[str, Any], dict[str, Any]]] = []
        queue = Queue(
            "", EVENTS_EXCHANGE, routing_key=kinds, exclusive=True, auto_delete=True
        )
        self.consumer = Consumer(
            self.broker, [queue], callbacks=[self._receive], no_ack=True
        )
        self.consumer.consume()

    def _receive(self, body: bytes | str, message: Any) -> None:
        self.received.append((json.loads(body), message.properties | vars(message)))

    def wait_for(self, count: int, seconds: float = 15) -> list[dict[str, Any]]:
        deadline = time.monotonic() + seconds
        while len(self.received) < count and time.monotonic() < deadline:
            try:
                self.broker.drain_events(timeout=0.5)
            except TimeoutError:
                continue
        return [event for event, _ in self.received]


@contextmanager
def listening(app: Celery, kinds: str) -> Iterator[Listener]:
    listener = Listener(app, kinds)
    try:
        yield listener
    finally:
        listener.broker.release()
