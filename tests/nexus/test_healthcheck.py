"""The containers' health check, run as Docker runs it."""

from __future__ import annotations

import http.server
import os
import socketserver
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from nexus import healthcheck, heartbeat


def run(name: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, healthcheck.__file__, name],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )


def test_a_fresh_heartbeat_is_well(tmp_path: Path) -> None:
    file = tmp_path / "heartbeat"
    file.touch()
    assert run("heartbeat", NEXUS_HEARTBEAT_FILE=str(file)).returncode == 0


def test_an_old_heartbeat_is_not(tmp_path: Path) -> None:
    file = tmp_path / "heartbeat"
    file.touch()
    long_ago = file.stat().st_mtime - healthcheck.OLDEST_HEARTBEAT_SECONDS - 1
    os.utime(file, (long_ago, long_ago))
    assert run("heartbeat", NEXUS_HEARTBEAT_FILE=str(file)).returncode == 1


def test_no_heartbeat_yet_is_told_in_one_line(tmp_path: Path) -> None:
    done = run("heartbeat", NEXUS_HEARTBEAT_FILE=str(tmp_path / "none"))
    assert done.returncode == 1
    assert done.stderr.startswith("heartbeat: [Errno 2]")
    assert done.stderr.count("\n") == 1


class Flower(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/flower/healthcheck" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""


def test_flower_is_asked_on_its_socket(tmp_path: Path) -> None:
    path = str(tmp_path / "flower.sock")
    assert run("flower", NEXUS_FLOWER_SOCKET=path).returncode == 1
    with socketserver.UnixStreamServer(path, Flower) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        assert run("flower", NEXUS_FLOWER_SOCKET=path).returncode == 0
        server.shutdown()


class Web(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        is_known = self.headers["Host"] == "nexus.example.org"
        self.send_response(200 if is_known and self.path == "/healthz" else 400)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""


def test_the_web_process_is_asked_by_a_name_that_it_answers_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NEXUS_BASE_URL", "https://nexus.example.org")
    with http.server.HTTPServer(("127.0.0.1", 0), Web) as server:
        monkeypatch.setattr(healthcheck, "ADDRESS", f"127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        assert healthcheck.web()
        monkeypatch.delenv("NEXUS_BASE_URL")
        assert not healthcheck.web()
        server.shutdown()


def test_a_heart_beats_only_where_it_is_asked_to(
    settings: Settings, tmp_path: Path
) -> None:
    settings.NEXUS_HEARTBEAT_FILE = ""
    heartbeat.touch()
    settings.NEXUS_HEARTBEAT_FILE = str(tmp_path / "heartbeat")
    heartbeat.touch()
    assert (tmp_path / "heartbeat").exists()


@pytest.mark.django_db
def test_prepare_twice_creates_once(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("prepare")
    first = capsys.readouterr().out
    assert "created the hub first-hub" in first
    assert "its password is in" in first
    call_command("prepare")
    assert capsys.readouterr().out == "Nexus is prepared.\n"
