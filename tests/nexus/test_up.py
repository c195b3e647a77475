"""`manage.py up` as a whole: first start, second start, every kind of end."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
READY_SECONDS = 60
END_SECONDS = 10.0
ORPHAN_SECONDS = 12.0

T = TypeVar("T")
pytestmark = pytest.mark.integration


class Up:
    """A running `manage.py up`, its log read as it comes."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--bind", f"127.0.0.1:{self.port}"],
            cwd=ROOT,
            env=environment(folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(iter(self.process.stdout.readline, ""))

    @property
    def log(self) -> str:
        return "".join(self.lines)

    def wait_until_ready(self) -> None:
        ready = f"Nexus is ready at http://127.0.0.1:{self.port}/"
        until(lambda: ready in self.log, READY_SECONDS, lambda: self.log)
        # The password line is the last of those that tell of the start.
        until(lambda: "admin" in self.log.partition(ready)[2], 5, lambda: self.log)

    def page(self, path: str = "/") -> int:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("GET", path)
            return connection.getresponse().status

    def child(self, name: str) -> psutil.Process | None:
        """The process of this Nexus whose command line holds ``name``."""
        children = psutil.Process(self.process.pid).children()
        return next((c for c in children if name in " ".join(cmdline(c))), None)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self.reader.join()


@dataclass
class Course:
    """What was seen in one start of Nexus, from its first line to its end."""

    log: str = ""
    status: int = 0
    exit_code: int | None = None
    end_seconds: float = 0.0
    orphans: list[str] = field(default_factory=list)
    seen: dict[str, bool] = field(default_factory=dict)
    base_url: str = ""
    address: str = ""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="nx-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def first(folder: Path) -> Course:
    """A fresh folder, ended by SIGTERM."""
    up = Up(folder)
    try:
        up.wait_until_ready()
        started = {
            name: bool(until(lambda name=name: up.child(name), 20))
            for name in ("valkey", "granian", "relay", "worker", "beat", "flower")
        }
        until(lambda: re.search(r"^worker +\| .* ready\.", up.log, re.MULTILINE), 30)
        worker = up.child("worker")
        base_url = worker.environ()["NEXUS_BASE_URL"] if worker else ""
        status, begin = up.page(), time.monotonic()
        up.process.send_signal(signal.SIGTERM)
        exit_code = up.process.wait(timeout=30)
        seconds = time.monotonic() - begin
        time.sleep(0.5)
        return Course(
            log=up.log,
            status=status,
            exit_code=exit_code,
            end_seconds=seconds,
            orphans=orphans(folder),
            seen=started,
            base_url=base_url,
            address=f"http://127.0.0.1:{up.port}",
        )
    finally:
        up.end()


@pytest.fixture(scope="module")
def second(folder: Path, first: Course) -> Course:
    """The same folder; a child is killed, then `up` itself, both by SIGKILL."""
    up = Up(folder)
    try:
        up.wait_until_ready()
        relay = until(lambda: up.child("relay"), 20)
        relay.kill()
        revived = until(lambda: up.child("relay") not in {None, relay}, 10)
        status = up.page()
        up.process.kill()
        begin = time.monotonic()
        until(
            lambda: not orphans(folder),
            ORPHAN_SECONDS + 10,
            lambda: str(orphans(folder)),
        )
        seconds = time.monotonic() - begin
        seen = {"relay": bool(revived)}
        return Course(up.log, status, up.process.wait(), seconds, seen=seen)
    finally:
        up.end()


def test_a_fresh_folder_leads_to_a_page_that_answers(first: Course) -> None:
    assert first.status == 200


def test_it_runs_every_process_that_nexus_is_made_of(first: Course) -> None:
    assert set(first.seen.values()) == {True}, first.seen


def test_mails_link_to_where_it_listens(first: Course) -> None:
    assert first.base_url == first.address


def test_it_tells_the_addresses_and_the_admins_password_once(
    first: Course, second: Course, folder: Path
) -> None:
    (password,) = re.findall(r"with the password (\S+)", first.log)
    kept = folder / "admin_password"
    assert kept.read_text().strip() == password
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "/flower/" in first.log
    assert password not in second.log
    assert "admin" in second.log


def test_a_terminal_that_is_none_gets_prefixes_without_colours(first: Course) -> None:
    assert "\x1b[" not in first.log
    assert re.search(r"^worker +\| ", first.log, re.MULTILINE)


def test_sigterm_ends_everything_within_ten_seconds(first: Course) -> None:
    assert first.exit_code == 0
    assert first.end_seconds < END_SECONDS
    assert first.orphans == []


def test_a_second_start_finds_everything_as_it_was(second: Course) -> None:
    assert second.status == 200


def test_a_child_that_dies_is_started_again_and_it_says_so(second: Course) -> None:
    assert second.seen["relay"]
    assert re.search(r"relay was ended by SIGKILL; starting it again in", second.log)


def test_no_process_outlives_a_killed_supervisor(second: Course) -> None:
    assert second.exit_code == -signal.SIGKILL
    assert second.end_seconds < ORPHAN_SECONDS


def refusal(folder: Path, *arguments: str, **variables: str) -> str:
    """What `up` says when it cannot start: one line on standard error, exit 1."""
    result = subprocess.run(
        [sys.executable, "manage.py", "up", *arguments],
        cwd=ROOT,
        env=environment(folder) | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 1, result.stderr
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr


def test_a_port_that_is_taken_is_refused_with_one_sentence(tmp_path: Path) -> None:
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = refusal(tmp_path, "--bind", f"127.0.0.1:{port}")
    assert f"127.0.0.1:{port}" in said
    assert "--bind" in said


def test_an_address_that_is_none_is_refused_with_one_sentence(tmp_path: Path) -> None:
    assert "HOST:PORT" in refusal(tmp_path, "--bind", "nowhere")


def test_a_folder_that_cannot_be_written_is_refused_with_one_sentence(
    tmp_path: Path,
) -> None:
    plain_file = tmp_path / "file"
    plain_file.write_text("not a folder")
    said = refusal(plain_file / "data")
    assert "NEXUS_DATA_DIR" in said
    assert str(plain_file / "data") in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://localhost/nexus"),
        ("NEXUS_BROKER_URL", "http://localhost"),
        ("NEXUS_BASE_URL", "nexus.example.org"),
        ("NEXUS_LINKS_ALLOW_NETWORKS", "everywhere"),
    ],
)
def test_a_wrong_variable_is_refused_with_one_sentence_that_names_it(
    tmp_path: Path, name: str, value: str
) -> None:
    assert name in refusal(tmp_path, **{name: value})


def environment(folder: Path) -> dict[str, str]:
    """This process's environment without any setting but the data folder."""
    names = ("DATABASE_URL", "EMAIL_URL", "DJANGO_SETTINGS_MODULE")
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in names and not name.startswith("NEXUS_")
    }
    return kept | {"NEXUS_DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"}


def orphans(folder: Path) -> list[str]:
    """Processes that belong to the Nexus in this folder."""
    found = []
    for process in psutil.process_iter():
        try:
            is_ours = process.environ().get("NEXUS_DATA_DIR") == str(folder)
            if is_ours and process.status() != psutil.STATUS_ZOMBIE:
                found.append(f"{process.pid}: {' '.join(process.cmdline())}")
        except psutil.Error:
            continue
    return found


def cmdline(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def until(
    found: Callable[[], T],
    seconds: float,
    explain: Callable[[], str] = lambda: "",
) -> T:
    deadline = time.monotonic() + seconds
    while not (result := found()):
        assert time.monotonic() < deadline, f"waited {seconds} s in vain; {explain()}"
        time.sleep(0.1)
    return result


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
