"""Phrases that pages of many servers and languages share, as patterns and words."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A title says only that nothing was found when all its words are of these three kinds.
FILLER = _words(
    "an are be been can code could did die diese dieser do does error exception for "
    "has have here http i is it looking may no of oh on oops our requested requests "
    "seems server sorry status that the there this to uh um was we were whoops wurde "
    "you you're your a az cette den denne der det die el en erreur errore esta feil "
    "fehler fejl fel foi fost fout fue hata il in konnte kunde kunne la le les meer "
    "mehr mer más mais o os più plus questa richiesta sa se sie solicitada tej ten ta "
    "tato via werd werden została zostało așa ce cet demandée blev ble été błąd η "
    "ошибка помилка эта ця"
)
MISSING = _words(
    "404 410 can't cannot couldn't deleted didn't doesn't don't gone isn't longer "
    "missing no not nothing removed unavailable unknown wasn't ei ikke inte "
    "introuvable keine n'a n'est n'existe ne nem nenalezena nenalezeno nenašla nicht "
    "nie niet nije non nu não tidak bulunamadı không δεν не"
)
THING = _words(
    "404 410 account article available content document exist exists file find found "
    "item package page pages post product profile project question record repository "
    "resource result results site thread topic url user ditemukan encontrada "
    "encontrado encontró esiste existe existiert există existuje fundet funnet "
    "gefunden gevonden găsită halaman hittades hittas introuvable istnieje löydy "
    "löytynyt n'existe nenalezena nenalezeno nenašla oldal pagina página pas sayfa "
    "bulunamadı seite sidan side siden sivu sivua strona strony stránka található "
    "thấy tìm trang trouvé trouvée trovata trovato znaleziona znaleziono βρέθηκε "
    "σελίδα знайдена знайдено найдена найдено сторінка сторінку страница существует"
)
NOT_FOUND_WORDS = FILLER | MISSING | THING
# The same in scripts whose words are not parted, or bend too much to be listed.
NOT_FOUND = re.compile(
    "見つかりません|存在しません|"
    "找不到|未找到|不存在|"
    "[无無]法找到|[没沒]有找到|"
    "찾을 수 없|존재하지 않|"
    "غير موجود|"
    "لم يتم العثور|"
    "یافت نشد|לא נמצא|"
    "ไม่พบ|नहीं मिल"
)
LONGEST_SAYING = 40
ABOUT_MISSING = re.compile(
    r"\b404\b|\bno such\b|unavailable|not (?:be )?found|no longer|n[o’']t exist|"
    r"nicht gefunden|introuvable",
    re.IGNORECASE,
)
# Each pattern has plain words in front of it: most pages hold none of them, and to
# look for those takes a tenth of the time.
FOR_SALE_WORDS = _words("domain dominio domínio домен 域名 parked")
FOR_SALE = re.compile(
    r"domain(?: name)?\b.{0,60}?\b(?:for sale|to buy|is parked|has expired|"
    r"available for purchase|make (?:an |your )?offer|steht zum verkauf|"
    r"zu verkaufen|kaufen|te koop|"
    r"til salg|till salu|na sprzedaż|satılık|eladó)|"
    r"(?:acquire|buy|get|own|purchase) (?:this|the) domain|"
    r"offer (?:for|on) this domain|"
    r"(?:page|site|domain) (?:is )?parked|parked (?:free|domain)|domain parking|"
    r"(?:buying|interested in) this domain|域名.{0,20}出售|"
    r"domaine\b.{0,40}à vendre|dominio\b.{0,40}(?:en venta|in vendita)|"
    r"domínio\b.{0,40}à venda|"
    r"домен.{0,40}прода"
)
HUMAN_WORDS = _words(
    "automated bot browser captcha human javascript security traffic verify"
)
PROVE_HUMAN = re.compile(
    r"captcha|are you a robot|"
    r"you(?: are|.re| were) (?:not )?(?:a )?(?:human|robot|bot)\b|"
    r"checking your browser|unusual traffic|javascript and cookies|"
    r"verify(?:ing)? (?:that )?you|security check|bot (?:detection|protection)|"
    r"automated (?:access|requests|queries)"
)
# Widgets that ask for a human, on pages that say hardly anything else.
CHALLENGES = ("captcha", "turnstile", "challenge-platform")
LOGIN_PATH = re.compile(
    r"(?:^|/)(?:log[-_]?in|sign[-_]?in|sso|oauth2?|auth|authorize|authenticate|"
    r"sessions?/new|account/begin)(?:[/.]|$)",
    re.IGNORECASE,
)
ERROR_PATH = re.compile(
    r"(?:^|[/_-])(?:404|error|not[-_]?found)(?:[/._-]|$)", re.IGNORECASE
)


def is_for_sale(text: str) -> bool:
    """Tell whether the case-folded text offers a domain."""
    return any(map(text.__contains__, FOR_SALE_WORDS)) and bool(FOR_SALE.search(text))


def asks_for_a_human(text: str) -> bool:
    """Tell whether the case-folded text asks to prove that one is human."""
    return any(map(text.__contains__, HUMAN_WORDS)) and bool(PROVE_HUMAN.search(text))


def names_a_challenge(source: str) -> bool:
    """Tell whether a page's source holds a widget that asks for a human."""
    return any(map(source.lower().__contains__, CHALLENGES))
