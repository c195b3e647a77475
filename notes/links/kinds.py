"""Which links are looked at how: in the repository, by DNS, or on the web."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from notes.links import mail, relative


class Kinds(NamedTuple):
    """Links by what has to be asked about them, each once, in their order."""

    relative: list[str]
    mail: list[str]
    web: list[str]


def sort_out(urls: Iterable[str]) -> Kinds:
    """What is of no known kind goes to the web's checker, which says so."""
    kinds = Kinds([], [], [])
    for url in dict.fromkeys(urls):
        if relative.is_relative(url):
            kinds.relative.append(url)
        elif mail.is_mail(url):
            kinds.mail.append(url)
        else:
            kinds.web.append(url)
    return kinds
