"""What a page that answered gives away: not found, for sale, a login, a bot wall.

Words alone prove little, so each sign wants words and the shape of such a page: short
text, a title that says nothing else, or a path that tells.
"""

from __future__ import annotations

import re
from functools import cached_property
from urllib.parse import unquote, urlsplit

from notes.links import phrases
from notes.links.markup import first_text, has_password_field, visible_words
from notes.links.observations import Sign

FEW_WORDS = 150
HARDLY_ANY_WORDS = 40
# A page is read in pieces of 2 KiB, 8 KiB and so on until it is no longer short.
SIZES = (11, 31, 2)
SEPARATORS = re.compile(r"\s+[-\u2013\u2014\u00b7\u00ab\u00bb]\s+|\s*[|:!.]\s*")
WORD = re.compile(r"[\w'\u2019]+")


class Page:
    """An HTML page, of which only that is read which is asked for."""

    def __init__(self, source: str) -> None:
        self.source = source

    @cached_property
    def title(self) -> str:
        return first_text(self.source, "title")

    @cached_property
    def heading(self) -> str:
        return first_text(self.source, "h1")

    @cached_property
    def words(self) -> list[str]:
        """All that a reader sees of a short page, and the beginning of a long one."""
        for size in range(*SIZES):
            words = visible_words(self.source[: 1 << size])
            if 1 << size >= len(self.source) or len(words) > FEW_WORDS:
                break
        return words

    @cached_property
    def text(self) -> str:
        """These words, case-folded."""
        return " ".join(self.words).casefold()

    @property
    def is_short(self) -> bool:
        """Whether there is too little to read for this to be an article."""
        return len(self.words) <= FEW_WORDS

    @property
    def is_mere_challenge(self) -> bool:
        """Whether it is little more than a widget that asks for a human."""
        if len(self.words) > HARDLY_ANY_WORDS or self.has_password_field:
            return False
        return phrases.names_a_challenge(self.source)

    @property
    def has_password_field(self) -> bool:
        return has_password_field(self.source)


def signs(page: Page, url: str, final_url: str) -> set[Sign]:
    """Read the signs that the page alone can give."""
    found = _signs_of_few_words(page) if page.is_short else set()
    if url != final_url and _asks_to_log_in(page, url, final_url):
        found.add(Sign.LOGIN)
    return found


def _signs_of_few_words(page: Page) -> set[Sign]:
    found, text = set(), page.text
    if phrases.is_for_sale(text):
        found.add(Sign.PARKED)
    if phrases.asks_for_a_human(text) or page.is_mere_challenge:
        found.add(Sign.BOT_WALL)
    if says_not_found(page.title) or says_not_found(page.heading):
        found.add(Sign.NOT_FOUND_PAGE)
    return found


def is_suspicious(page: Page, url: str, final_url: str) -> bool:
    """Tell whether a look at a path that cannot exist is worth a request."""
    if url != final_url and _ends_elsewhere(url, final_url):
        return True
    said = f"{page.title}\n{page.heading}\n{page.text if page.is_short else ''}"
    if not phrases.ABOUT_MISSING.search(said):
        return False
    # Many a site shows its front page for every path, so that one is above suspicion.
    return bool(urlsplit(url).path.strip("/"))


def is_same_page(page: Page, final_url: str, other: Page, other_url: str) -> bool:
    """Tell whether two paths led to one page: the same place, or the same titles."""
    if final_url == other_url:
        return True
    titles = (page.title, page.heading)
    return any(titles) and titles == (other.title, other.heading)


def says_not_found(title: str) -> bool:
    """Tell whether one part of a title says that nothing was found, and only that."""
    if len(title) <= phrases.LONGEST_SAYING and phrases.NOT_FOUND.search(title):
        return True
    if phrases.MISSING.isdisjoint(_words(title)):
        return False
    return any(map(_is_only_missing, [title, *SEPARATORS.split(title)]))


def _words(text: str) -> set[str]:
    return {word.replace("\u2019", "'") for word in WORD.findall(text.casefold())}


def _is_only_missing(part: str) -> bool:
    words = _words(part)
    if words.isdisjoint(phrases.MISSING) or words.isdisjoint(phrases.THING):
        return False
    return words <= phrases.NOT_FOUND_WORDS


def _ends_elsewhere(url: str, final_url: str) -> bool:
    """Compare what was asked for with where it ended: home, or a page of errors."""
    before, after = urlsplit(url), urlsplit(final_url)
    if before.path.strip("/") and not after.path.strip("/") and not after.query:
        return True
    is_error = phrases.ERROR_PATH.search(after.path)
    return bool(is_error and not phrases.ERROR_PATH.search(before.path))


def _asks_to_log_in(page: Page, url: str, final_url: str) -> bool:
    before, after = urlsplit(url), urlsplit(final_url)
    if before.path == after.path or phrases.LOGIN_PATH.search(before.path):
        return False
    if phrases.LOGIN_PATH.search(after.path):
        return True
    comes_back = before.path.strip("/") and before.path in unquote(after.query)
    return bool(comes_back and page.has_password_field)
