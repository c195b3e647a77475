"""Links in raw HTML: what its href, src and srcset attributes point at."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser

# What these name, no reader of the page sees or follows.
NOT_SEEN = frozenset({"base", "link", "script"})


@dataclass(slots=True)
class TagLink:
    """A link of one tag; `line` and `column` count from 1 within the HTML."""

    url: str
    line: int
    column: int
    text: str = ""


class _LinkParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[TagLink] = []
        self._anchor: TagLink | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in NOT_SEEN:
            return
        values = {name: value.strip() for name, value in attrs if value}
        line, column = self.getpos()
        for url in _urls(values):
            self.found.append(TagLink(url, line, column + 1, values.get("alt", "")))
        if tag == "a" and "href" in values:
            self._anchor = self.found[-1]

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._anchor = None

    def handle_data(self, data: str) -> None:
        if self._anchor is not None:
            self._anchor.text += data


def html_links(html: str) -> list[TagLink]:
    """Return the links of a piece of HTML, as they are written."""
    lowered = html.lower()
    if "href" not in lowered and "src" not in lowered:
        return []
    parser = _LinkParser()
    parser.feed(html)
    parser.close()
    for link in parser.found:
        link.text = " ".join(link.text.split())
    return parser.found


def _urls(values: dict[str, str]) -> list[str]:
    candidates = values.get("srcset", "").split(",")
    sources = [words[0] for words in map(str.split, candidates) if words]
    return [values[name] for name in ("href", "src") if name in values] + sources
