"""The embedded Valkey: private, on a socket alone, and true to what it acknowledged."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from redis import Redis
from redis.exceptions import ConnectionError as NoConnectionError

from nexus.embedded import valkey_command

Server = tuple[subprocess.Popen[bytes], Redis]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: that of a unix socket has at most 107 characters."""
    folder = Path(tempfile.mkdtemp(prefix="nx-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[[], Server]]:
    running: list[Server] = []

    def start() -> Server:
        socket = folder / "run" / "valkey.sock"
        command = valkey_command(socket=socket, folder=folder / "valkey")
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        client = Redis(unix_socket_path=str(socket))
        running.append((process, client))
        wait_until_it_answers(client)
        return process, client

    yield start
    for process, client in running:
        client.close()
        process.kill()
        process.wait()


def wait_until_it_answers(client: Redis) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            if client.ping():
                return
        except NoConnectionError:
            time.sleep(0.01)
    pytest.fail("the embedded Valkey did not answer within 10 s")


def test_what_it_acknowledged_survives_a_kill(start: Callable[[], Server]) -> None:
    process, client = start()
    for number in range(1000):
        client.rpush("queue", number)
    process.kill()
    process.wait()
    _, client = start()
    assert client.llen("queue") == 1000


def test_it_listens_on_no_port(start: Callable[[], Server]) -> None:
    process, _ = start()
    connections = psutil.Process(process.pid).net_connections(kind="inet")
    assert connections == []


def test_only_its_owner_reaches_the_socket(
    start: Callable[[], Server], folder: Path
) -> None:
    start()
    socket = folder / "run" / "valkey.sock"
    assert socket.stat().st_mode & 0o777 == 0o600
    assert socket.parent.stat().st_mode & 0o777 == 0o700


def test_it_has_a_database_for_the_broker_and_one_for_the_cache(
    start: Callable[[], Server], folder: Path
) -> None:
    _, broker = start()
    cache = Redis(unix_socket_path=str(folder / "run" / "valkey.sock"), db=2)
    cache.set("key", "value")
    assert broker.get("key") is None
    cache.close()


def test_it_never_evicts_a_message_for_want_of_memory(
    start: Callable[[], Server],
) -> None:
    _, client = start()
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_it_ends_when_it_is_asked_to(start: Callable[[], Server]) -> None:
    process, _ = start()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=5) == 0
