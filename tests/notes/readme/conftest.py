"""A hub's repository, a remote one, and a server in front of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from notes.readme.publisher import ensure_repository
from tests.notes.readme.repositories import Far, GitServer


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = tmp_path / "hubs" / "python.git"
    ensure_repository(path)
    return path


@pytest.fixture
def far(tmp_path: Path) -> Far:
    return Far(tmp_path / "served" / "far.git")


@pytest.fixture
def server(far: Far) -> Iterator[GitServer]:
    far.run("config", "http.receivepack", "true")
    with GitServer(far.path.parent) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()
