from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

ROOT = Path(__file__).resolve().parents[3]
FIELDS = "url verdict status final_url redirects reason attempts elapsed_ms source line"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "page.html").write_text("<title>A page</title>" + "<p>text</p>" * 50)
    handler = partial(SimpleHTTPRequestHandler, directory=folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def check_links(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a data folder without a database."""
    with started(folder, *arguments) as command:
        out, errors = command.communicate(timeout=60)
    return subprocess.CompletedProcess(command.args, command.returncode, out, errors)


def started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "nexus.settings",
        "NEXUS_DATA_DIR": str(folder / "data"),
        "DATABASE_URL": "",
        "NEXUS_LINKS_ALLOW_NETWORKS": "127.0.0.0/8",
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", "check_links", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def json_rows(done: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return sorted(rows, key=lambda row: (row["line"], row["url"]))


def test_each_link_is_a_json_line_with_its_evidence(site: str, tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"# R\n\n- [a]({site}/page.html)\n- {site}/gone\n")

    done = check_links(tmp_path, str(readme), "--json")

    rows = json_rows(done)
    assert [(row["verdict"], row["status"], row["line"]) for row in rows] == [
        ("alive", 200, 3),
        ("dead", 404, 4),
    ]
    assert rows[0]["source"] == str(readme)
    assert rows[0]["url"] == f"{site}/page.html"
    assert done.returncode == 1, done.stderr


def test_a_json_line_has_each_field_and_the_url_as_it_was_written(
    site: str, tmp_path: Path
) -> None:
    written = site.replace("http:", "HTTP:") + "/%70age.html"
    readme = tmp_path / "README.md"
    readme.write_text(f"<{written}>\n\n- {written}\n")

    rows = json_rows(check_links(tmp_path, str(readme), "--json"))

    assert [(row["url"], row["line"]) for row in rows] == [(written, 1), (written, 3)]
    assert " ".join(rows[0]) == FIELDS


def test_links_within_the_repository_are_looked_for_around_their_file(
    tmp_path: Path,
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "README.md").write_text("# Top\n")
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "out.md").symlink_to("/etc/hostname")
    guide = docs / "guide.md"
    links = {
        "guide.md": "alive",
        "../README.md#top": "alive",
        "/docs/guide.md#here": "alive",
        "#here": "alive",
        "#gone": "dead",
        "../README.md#gone": "dead",
        "README.md": "dead",
        "out.md": "dead",
        "../../etc/passwd": "unsupported",
    }
    guide.write_text("# Here\n" + "".join(f"- [x]({link})\n" for link in links))

    done = check_links(tmp_path, str(guide), "--json")

    assert {row["url"]: row["verdict"] for row in json_rows(done)} == links
    assert done.returncode == 1, done.stderr


def test_mail_addresses_are_looked_at_by_their_syntax(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("<mailto:ada@example.org> [x](mailto:ada@) [call](tel:1)")

    rows = json_rows(check_links(tmp_path, str(readme), "--json"))

    assert [row["verdict"] for row in rows] == ["dead", "alive", "unsupported"]


def test_results_come_while_others_are_still_looked_for(
    site: str, tmp_path: Path
) -> None:
    """The second host hangs until the line of the first link has been read."""
    slow = socket.create_server(("127.0.0.1", 0))
    readme = tmp_path / "README.md"
    hanging = f"http://127.0.0.1:{slow.getsockname()[1]}/"
    readme.write_text(f"{site}/page.html\n{hanging}")
    with slow, started(tmp_path, str(readme), "--json") as command:
        assert command.stdout is not None
        first = json.loads(command.stdout.readline())
        connection = slow.accept()[0]
        connection.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        connection.close()
        second = json.loads(command.stdout.readline())
    assert (first["url"], second["url"]) == (f"{site}/page.html", hanging)
    assert (second["verdict"], command.returncode) == ("alive", 0)


def test_all_fine_exits_zero(site: str, tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"{site}/page.html")

    done = check_links(tmp_path, str(readme))

    assert done.stdout.splitlines()[-1] == "1 link: 1 fine"
    assert done.returncode == 0, done.stderr


def test_a_file_that_is_missing_is_said_in_a_sentence(tmp_path: Path) -> None:
    done = check_links(tmp_path, str(tmp_path / "nowhere.md"))

    assert "nowhere.md cannot be read: No such file or directory." in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 1


def test_nothing_named_is_said_in_a_sentence(tmp_path: Path) -> None:
    done = check_links(tmp_path)

    assert "Name a file or a hub" in done.stderr
    assert done.returncode == 1
