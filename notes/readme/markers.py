"""The part of a README between two comments, when only that part is ours."""

from __future__ import annotations

import re

from notes.readme.git import PublishError

START = "<!-- nexus:start -->"
END = "<!-- nexus:end -->"

_REGION = re.compile(
    rb"(?ms)^[ \t]*<!--\s*nexus:start\s*-->[^\n]*\n(.*?)^[ \t]*<!--\s*nexus:end\s*-->"
)


class MarkersMissingError(PublishError):
    """The remote's README lacks the markers: add the lines `<!-- nexus:start -->` and
    `<!-- nexus:end -->`, once each and in this order, where our part shall stand.
    """


def region(readme: bytes) -> bytes:
    """The bytes between the two marker lines."""
    begin, end = _span(readme)
    return readme[begin:end]


def replace_region(readme: bytes, content: bytes) -> bytes:
    """The README with our part renewed and every other byte as it was."""
    begin, end = _span(readme)
    return readme[:begin] + closed(content) + readme[end:]


def closed(content: bytes) -> bytes:
    """The content, with a line end before the closing marker."""
    return content if content.endswith(b"\n") or not content else content + b"\n"


def _span(readme: bytes) -> tuple[int, int]:
    found = list(_REGION.finditer(readme))
    if len(found) != 1:
        raise MarkersMissingError
    return found[0].span(1)
