"""The READMEs that the tests read: our own fixtures, and real ones where they are."""

from __future__ import annotations

from dataclasses import replace as changed
from pathlib import Path

from notes.readme.model import Document, Entry, Section
from notes.readme.parser import parse

FIXTURES = Path(__file__).parent / "fixtures"
SHARED = Path(__file__).resolve().parents[4] / "shared"


def text_of(path: Path) -> str:
    return path.read_bytes().decode()


def fixture(name: str) -> Document:
    return parse(text_of(FIXTURES / name))


def own_files() -> list[Path]:
    return sorted(FIXTURES.iterdir())


def real_files() -> list[Path]:
    folders = (SHARED / "seeds", SHARED / "corpus")
    return [path for folder in folders for path in sorted(folder.glob("*"))]


def section_of(document: Document, title: str) -> Section:
    """The section with the title, or the only one."""
    return next(one for one in document.sections if title in one.title)


def section(text: str) -> Section:
    """The first section of a text that has notes, or else its last."""
    sections = parse(text).sections
    return next((one for one in sections if one.entries), sections[-1])


def lender(document: Document, index: int) -> Section | None:
    """The nearest other section that has notes to learn a manner from."""
    others = [at for at, one in enumerate(document.sections) if one.entries]
    near = sorted(set(others) - {index}, key=lambda at: abs(at - index))
    return document.sections[near[0]] if near else None


def titles(one: Section) -> list[str]:
    return [entry.title for entry in one.entries]


def sources(document: Document) -> list[str]:
    return [
        entry.source.rstrip("\r\n")
        for one in document.sections
        for entry in one.entries
    ]


def with_section(document: Document, index: int, new: Section) -> Document:
    sections = document.sections
    return changed(document, sections=(*sections[:index], new, *sections[index + 1 :]))


def entries(text: str) -> list[Entry]:
    return [entry for one in parse(text).sections for entry in one.entries]
