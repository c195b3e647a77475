"""Phrases that pages of many servers and languages share, as patterns and words."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A title says only that nothing was found when all its words are of these three kinds.
FILLER = _words(
    "be been can code could die diese does error exception for has have here http is "
    "it looking no oh oops our requested requests seems server sorry status that the "
    "this to uh was we whoops wurde you you're your"
)
MISSING = _words(
    "404 410 can't cannot couldn't deleted doesn't don't gone isn't longer no not "
    "removed wasn't introuvable nicht niet non n\u00e3o \u043d\u0435"
)
THING = _words(
    "404 410 article available content document exist exists file find found item page "
    "post product resource site url encontrada existe gefunden gevonden introuvable "
    "pagina p\u00e1gina seite trouv\u00e9e trovata "
    "\u043d\u0430\u0439\u0434\u0435\u043d\u0430 "
    "\u0441\u0442\u0440\u0430\u043d\u0438\u0446\u0430"
)
NOT_FOUND_WORDS = FILLER | MISSING | THING
ABOUT_MISSING = re.compile(
    r"\b404\b|not (?:be )?found|no longer|n.t exist|nicht gefunden|introuvable",
    re.IGNORECASE,
)
# Each pattern has plain words in front of it: most pages hold none of them, and to
# look for those takes a tenth of the time.
FOR_SALE_WORDS = _words(
    "domain dominio dom\u00ednio \u0434\u043e\u043c\u0435\u043d parked"
)
FOR_SALE = re.compile(
    r"domain(?: name)?\b.{0,60}?\b(?:for sale|to buy|is parked|has expired|"
    r"steht zum verkauf|kaufen)|buy (?:this|the) domain|parked (?:free|domain)|"
    r"domaine\b.{0,40}\u00e0 vendre|dominio\b.{0,40}(?:en venta|in vendita)|"
    r"dom\u00ednio\b.{0,40}\u00e0 venda|"
    r"\u0434\u043e\u043c\u0435\u043d.{0,40}\u043f\u0440\u043e\u0434\u0430"
)
HUMAN_WORDS = _words(
    "automated bot browser captcha human javascript security traffic verify"
)
PROVE_HUMAN = re.compile(
    r"captcha|you(?: are|.re) (?:not )?(?:a )?(?:human|robot|bot)\b|are you a robot|"
    r"checking your browser|unusual traffic|javascript and cookies|"
    r"verify(?:ing)? (?:that )?you|security check|bot (?:detection|protection)|"
    r"automated (?:access|requests|queries)"
)
# Letters beyond ASCII may be written as entities.
TELLING_WORDS = (*sorted(FOR_SALE_WORDS | HUMAN_WORDS), "&#", "dom&iacute;nio")
LOGIN_PATH = re.compile(
    r"(?:^|/)(?:log[-_]?in|sign[-_]?in|sso|oauth2?|auth|authorize|authenticate|"
    r"sessions?/new|account/begin)(?:[/.]|$)",
    re.IGNORECASE,
)
ERROR_PATH = re.compile(
    r"(?:^|[/_-])(?:404|error|not[-_]?found)(?:[/._-]|$)", re.IGNORECASE
)


def may_speak_for_itself(source: str) -> bool:
    """Tell whether a page's source may hold what the next two functions look for."""
    lowered = source.casefold()
    return any(map(lowered.__contains__, TELLING_WORDS))


def is_for_sale(text: str) -> bool:
    """Tell whether the case-folded text offers a domain."""
    return any(map(text.__contains__, FOR_SALE_WORDS)) and bool(FOR_SALE.search(text))


def asks_for_a_human(text: str) -> bool:
    """Tell whether the case-folded text asks to prove that one is human."""
    return any(map(text.__contains__, HUMAN_WORDS)) and bool(PROVE_HUMAN.search(text))
