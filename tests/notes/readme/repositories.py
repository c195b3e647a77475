"""Real git repositories for the tests: a hub's, a remote, one behind HTTP."""

from __future__ import annotations

import base64
import os
import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from notes.readme import git
from notes.readme.publisher import (
    Author,
    Revision,
    commit_readme,
    ensure_repository,
    history,
    read_readme,
)
from notes.readme.remotes import Remote

ADA = Author("Ada Example", "ada@example.org")
GRACE = Author("Grace Example", "grace@example.org")
PERSON = Author("Person", "person@example.org")
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TOKEN = "s3cret-token"


def commit(repository: Path, content: bytes, **changes: object) -> Revision:
    values = {"author": ADA, "message": "Add a note", "when": NOON, **changes}
    revision = commit_readme(repository, content, **values)
    assert revision is not None
    return revision


def git_says(repository: Path, *arguments: str, stdin: bytes = b"") -> str:
    return git.output(repository, *arguments, stdin=stdin).decode().strip()


def write(repository: Path, content: bytes, author: Author = ADA) -> str:
    minutes = len(history(repository, limit=99))
    when = NOON + timedelta(minutes=minutes)
    message = f"Change {minutes + 1}"
    ours = commit_readme(repository, content, author=author, message=message, when=when)
    assert ours is not None
    return ours.commit


class Far:
    """A bare repository that people push to from elsewhere."""

    def __init__(self, path: Path) -> None:
        self.path, self.url = path, f"file://{path}"
        ensure_repository(path)

    def edit(self, content: bytes, path: str = "README.md", **other: str) -> str:
        values = {"author": PERSON, "message": f"Edit {path}", "when": NOON}
        revision = commit_readme(self.path, content, path=path, **values, **other)
        assert revision is not None
        return revision.commit

    def readme(self, revision: str = "main") -> bytes | None:
        return read_readme(self.path, revision=revision)

    def run(self, *arguments: str) -> str:
        return git.output(self.path, *arguments).decode().strip()

    def hook(self, name: str, script: str) -> None:
        hook = self.path / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\n{script}\n")
        hook.chmod(0o755)
        # The remote is another machine: our settings for git do not reach it there.
        git.output(self.path, "config", "core.hooksPath", str(hook.parent))


class GitOverHttp(BaseHTTPRequestHandler):
    """`git http-backend` behind basic authentication, as a hosting service has it."""

    server: GitServer

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        self.server.requests.append((self.path, self.headers["Authorization"]))
        body = self._body()
        if self.server.answer is not None:
            self._refuse(*self.server.answer)
        elif self.headers["Authorization"] != self.server.expected:
            self._refuse(401, "WWW-Authenticate", 'Basic realm="git"')
        else:
            self._backend(body)

    def _body(self) -> bytes:
        if self.headers["Transfer-Encoding"] != "chunked":
            return self.rfile.read(int(self.headers["Content-Length"] or 0))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _refuse(self, status: int, name: str, value: str) -> None:
        self.send_response(status)
        self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _backend(self, body: bytes) -> None:
        address = urlsplit(self.path)
        variables = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.server.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers["Git-Protocol"] or "",
            "HTTP_CONTENT_ENCODING": self.headers["Content-Encoding"] or "",
            "REMOTE_USER": "ada",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": address.path,
            "QUERY_STRING": address.query,
            "CONTENT_TYPE": self.headers["Content-Type"] or "",
            "CONTENT_LENGTH": str(len(body)),
        }
        command = ["git", "http-backend"]
        done = subprocess.run(
            command, input=body, env=variables, capture_output=True, check=True
        )
        self.server.before_answer()
        header, _, content = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in header.decode().split("\r\n"))
        self.send_response(int(fields.pop("Status", "200").split()[0]))
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Keeps quiet."""


class GitServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, root: Path, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), GitOverHttp)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.root = root
        pair = base64.b64encode(f"ada:{TOKEN}".encode()).decode()
        self.expected = f"Basic {pair}"
        self.answer: tuple[int, str, str] | None = None
        self.requests: list[tuple[str, str | None]] = []
        self.before_answer = lambda: None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/far.git"

    def remote(self, password: str = TOKEN) -> Remote:
        return Remote(self.url, username="ada", password=password)
