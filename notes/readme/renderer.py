"""Joins the slices of a README: the inverse of the parser."""

from __future__ import annotations

from collections.abc import Iterator

from notes.readme.model import Document, Section


def render(document: Document) -> str:
    """The text of a README, byte for byte as it was parsed."""
    return "".join(slices(document))


def slices(document: Document) -> Iterator[str]:
    yield document.preamble
    for section in document.sections:
        yield from section_slices(section)


def section_slices(section: Section) -> Iterator[str]:
    yield section.opening
    for entry in section.entries:
        yield entry.source
        yield entry.after
