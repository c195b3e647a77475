"""A link's new address put into a Markdown text, and nothing else changed."""

from __future__ import annotations

from notes.links import extract
from notes.links.urls import split_fragment

# Each place is tried by parsing the text anew; what lies beyond is for the editor.
MOST_PLACES = 50


def new_address(written: str, final_url: str) -> str:
    """Where the link as written leads for good: its fragment goes along."""
    fragment = split_fragment(written)[1]
    if not fragment or "#" in final_url:
        return final_url
    return f"{final_url}#{fragment}"


def replace_link(markdown: str, old: str, new: str) -> str:
    """Change the address of every link to ``old``.

    A place is one only if parsing the changed text shows the same links but for that
    address: code, longer addresses and link texts that look alike stay as they are.
    """
    at = len(markdown)
    for _ in range(MOST_PLACES):
        at = markdown.rfind(old, 0, at)
        if at < 0:
            break
        changed = markdown[:at] + new + markdown[at + len(old) :]
        if _is_the_same_but_for(markdown, changed, old, new):
            markdown = changed
    return markdown


def _is_the_same_but_for(before: str, after: str, old: str, new: str) -> bool:
    found, kept = _urls(before), _urls(after)
    pairs = list(zip(found, kept, strict=False))
    return (
        len(found) == len(kept)
        and found != kept
        and all(was == now or (was, now) == (old, new) for was, now in pairs)
    )


def _urls(markdown: str) -> list[str]:
    return [link.url for link in extract.links(markdown)]
