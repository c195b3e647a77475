from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from notes.models import Hub
from tests.conftest import SHARED

README = "# R\r\n\r\n## Tools\r\n\r\n* **Git** – history\r\n* **Make** – commands"
SEEDS = sorted(SHARED.glob("seeds/*"))


class Output(io.TextIOWrapper):
    """A standard output whose bytes can be looked at."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", newline="")

    def bytes(self) -> bytes:
        self.flush()
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue()


def rendered(slug: str) -> bytes:
    output = Output()
    call_command("render_readme", slug, stdout=output)
    return output.bytes()


def imported(path: Path, slug: str, **options: str) -> str:
    output = io.StringIO()
    call_command("import_readme", str(path), hub=slug, stdout=output, **options)
    return output.getvalue()


def test_an_imported_readme_is_rendered_byte_for_byte(db: None, tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_bytes(README.encode())

    receipt = imported(path, "tools", title="Our tools")

    assert receipt.startswith("2 items in, 2 out")
    assert rendered("tools") == README.encode()
    assert Hub.objects.get(slug="tools").title == "Our tools"


@pytest.mark.skipif(not SEEDS, reason="no ../shared with real READMEs here")
@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_a_real_readme_is_rendered_byte_for_byte(db: None, path: Path) -> None:
    imported(path, "real")

    assert rendered("real") == path.read_bytes()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"a\0b", "binary"),
        (b"x" * 1_000_001, "may have up to"),
    ],
)
def test_a_bad_file_changes_nothing(
    db: None, tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "README.md"
    path.write_bytes(content)

    with pytest.raises(CommandError, match=sentence):
        imported(path, "new-hub")

    assert not Hub.objects.exists()


def test_a_file_that_is_missing_is_said_in_a_sentence(db: None) -> None:
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        imported(Path("/nowhere.md"), "new-hub")


def test_a_slug_that_is_none_is_said_in_a_sentence(db: None, tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text("# R")

    with pytest.raises(CommandError, match="is no slug"):
        imported(path, "no slug!")


def test_rendering_an_unknown_hub_names_the_known_ones(
    db: None, tmp_path: Path
) -> None:
    path = tmp_path / "README.md"
    path.write_text("# R")
    imported(path, "tools")

    with pytest.raises(CommandError, match="no hub 'nope'; the hubs are: tools"):
        rendered("nope")
