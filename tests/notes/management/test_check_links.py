from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

ROOT = Path(__file__).resolve().parents[3]


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
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "nexus.settings",
        "NEXUS_DATA_DIR": str(folder / "data"),
        "DATABASE_URL": "",
        "NEXUS_LINKS_ALLOW_NETWORKS": "127.0.0.0/8",
    }
    return subprocess.run(
        [sys.executable, "manage.py", "check_links", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_each_link_is_a_json_line_with_its_evidence(site: str, tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"# R\n\n- [a]({site}/page.html)\n- {site}/gone\n")

    done = check_links(tmp_path, str(readme), "--json")

    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["verdict"], row["status"], row["line"]) for row in rows] == [
        ("alive", 200, 3),
        ("dead", 404, 4),
    ]
    assert rows[0]["source"] == str(readme)
    assert rows[0]["url"] == f"{site}/page.html"
    assert done.returncode == 1, done.stderr


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
