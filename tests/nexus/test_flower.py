"""The door to Flower: who gets in, and what passes through."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Upstream:
    """A server in Flower's place that remembers what it was asked."""

    address: str
    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"<script>flower()</script>"


class UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


def handler_for(upstream: Upstream) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            seen = (self.command, self.path, dict(self.headers), body)
            upstream.requests.append(seen)
            self.send_response(upstream.status)
            self.send_header("Content-Length", str(len(upstream.body)))
            for name, value in upstream.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(upstream.body)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer  # noqa: N815

        def address_string(self) -> str:
            return "unix"

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return Handler


@pytest.fixture
def flower(settings, tmp_path: Path) -> Iterator[Upstream]:
    upstream = Upstream(str(tmp_path / "flower.sock"))
    settings.NEXUS_FLOWER_SOCKET = upstream.address
    with UnixServer(upstream.address, handler_for(upstream)) as server:
        yield from serving(server, upstream)


def serving(server: socketserver.BaseServer, upstream: Upstream) -> Iterator[Upstream]:
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield upstream
    server.shutdown()
    thread.join()


@pytest.fixture
def staff(client: Client, db: None) -> Client:
    client.force_login(User.objects.create_user("staff", is_staff=True))
    return client


@pytest.fixture
def root(db: None) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("root"))
    return client


def test_who_is_not_logged_in_is_asked_to(client, flower):
    response = client.get("/flower/tasks?limit=5")
    assert response.status_code == 302
    assert response.url == "/login/?next=/flower/tasks%3Flimit%3D5"
    assert not flower.requests


def test_ordinary_people_do_not_get_in(client, db, flower):
    client.force_login(User.objects.create_user("ada"))
    assert client.get("/flower/").status_code == 403
    assert client.get("/flower/metrics").status_code == 403
    assert not flower.requests


def test_staff_see_what_flower_answers(staff, flower):
    response = staff.get("/flower/tasks?limit=5&state=a%20b")
    assert (response.status_code, response.content) == (200, flower.body)
    method, path, _, _ = flower.requests[0]
    assert (method, path) == ("GET", "/flower/tasks?limit=5&state=a%20b")


def test_a_head_request_stays_one(staff, flower):
    response = staff.head("/flower/")
    assert (response.status_code, response.content) == (200, b"")
    assert flower.requests[0][0] == "HEAD"


def test_flowers_own_status_is_handed_on(staff, flower):
    flower.status = 404
    assert staff.get("/flower/task/x").status_code == 404


def test_flower_may_listen_on_a_port_instead(staff, settings):
    upstream = Upstream("")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler_for(upstream)) as server:
        settings.NEXUS_FLOWER_SOCKET = f"http://127.0.0.1:{server.server_port}"
        for _ in serving(server, upstream):
            assert staff.get("/flower/").status_code == 200
    assert upstream.requests[0][1] == "/flower/"


def test_no_cookie_of_nexus_reaches_flower(staff, flower):
    staff.cookies["csrftoken"] = "secret"
    staff.get(
        "/flower/", headers={"Authorization": "Bearer x", "X-Forwarded-For": "1.2.3.4"}
    )
    names = {name.lower() for name in flower.requests[0][2]}
    assert not names & {"cookie", "authorization", "x-forwarded-for"}


def test_no_cookie_of_flower_reaches_the_browser(staff, flower):
    flower.headers = {"Set-Cookie": "user=x", "Server": "Tornado", "Etag": '"1"'}
    response = staff.get("/flower/")
    assert not response.cookies
    assert "Set-Cookie" not in response.headers
    assert "Server" not in response.headers
    assert response.headers["Etag"] == '"1"'


def test_headers_of_one_connection_are_not_passed_on(staff, flower):
    flower.headers = {"Keep-Alive": "timeout=5", "Upgrade": "h2c"}
    response = staff.get("/flower/", headers={"TE": "trailers", "Upgrade": "h2c"})
    assert not {"Keep-Alive", "Upgrade", "Connection"} & set(response.headers)
    sent = {name.lower() for name in flower.requests[0][2]}
    assert not {"te", "upgrade", "connection"} & sent


def test_flowers_secret_is_added_on_the_way(staff, flower, settings):
    settings.NEXUS_FLOWER_BASIC_AUTH = "nexus:secret"
    staff.get("/flower/")
    assert flower.requests[0][2]["Authorization"] == "Basic bmV4dXM6c2VjcmV0"


def test_flowers_pages_have_a_policy_of_their_own(staff, flower):
    policy = staff.get("/flower/").headers["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-inline'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in staff.get("/").headers["Content-Security-Policy"]


def test_staff_do_not_act(staff, flower):
    response = staff.post("/flower/api/worker/shutdown/w", headers=SAME_ORIGIN)
    assert response.status_code == 403
    assert not flower.requests


def test_staff_may_read_the_rows_of_the_tasks_page(staff, flower):
    response = staff.post("/flower/tasks/datatable", {"draw": 1}, headers=SAME_ORIGIN)
    assert response.status_code == 200


def test_a_superuser_acts(root, flower):
    response = root.post(
        "/flower/api/worker/pool/grow/w", "n=1", "text/plain", headers=SAME_ORIGIN
    )
    assert response.status_code == 200
    assert flower.requests[0][3] == b"n=1"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://example.org"},
        {"Origin": "null"},
        {"Origin": "http://testserver.example.org"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    ],
)
def test_a_superuser_does_not_act_from_another_site(root, flower, headers):
    response = root.post("/flower/api/worker/shutdown/w", headers=headers)
    assert response.status_code == 403
    assert not flower.requests


def test_an_old_browser_is_known_by_its_origin(root, flower):
    headers = {"Origin": "http://testserver"}
    assert root.post("/flower/api/task/revoke/x", headers=headers).status_code == 200


def test_a_method_that_flower_does_not_know_is_refused(root, flower):
    response = root.generic("PATCH", "/flower/", headers=SAME_ORIGIN)
    assert response.status_code == 403


def test_before_flower_is_up_the_page_says_so(staff, settings, tmp_path):
    settings.NEXUS_FLOWER_SOCKET = str(tmp_path / "nothing.sock")
    response = staff.get("/flower/")
    assert response.status_code == 503
    assert "Flower is not running (yet)." in response.content.decode()
    assert response.headers["Retry-After"] == "5"


def test_a_socket_that_nobody_listens_on_is_a_flower_that_is_not_running(
    staff, settings, tmp_path
):
    path = str(tmp_path / "left.sock")
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(path)
    settings.NEXUS_FLOWER_SOCKET = path
    assert staff.get("/flower/").status_code == 503


def test_a_frozen_flower_costs_a_bounded_wait(staff, settings, tmp_path, monkeypatch):
    monkeypatch.setattr("nexus.flower.TIMEOUT_SECONDS", 0.1)
    settings.NEXUS_FLOWER_SOCKET = str(tmp_path / "frozen.sock")
    with socket.socket(socket.AF_UNIX) as frozen:
        frozen.bind(settings.NEXUS_FLOWER_SOCKET)
        frozen.listen()
        response = staff.get("/flower/")
    assert response.status_code == 502
    assert "Flower did not answer as it should." in response.content.decode()


def test_an_endless_answer_is_cut_off(staff, flower, monkeypatch):
    monkeypatch.setattr("nexus.flower.LARGEST_ANSWER_BYTES", 10)
    assert staff.get("/flower/").status_code == 502
