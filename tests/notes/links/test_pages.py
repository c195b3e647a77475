"""Signs are read from the shape of a page and not from a word in passing."""

from __future__ import annotations

import time

import pytest

from notes.links.markup import identifiers, visible_text
from notes.links.observations import Sign
from notes.links.pages import (
    Page,
    is_same_page,
    is_suspicious,
    says_not_found,
    signs,
)

URL = "https://a.example/docs/page"
LONG = "word " * 300


def signs_of(title: str, body: str, url: str = URL, end: str = URL) -> set[Sign]:
    source = f"<html><title>{title}</title><body>{body}</body></html>"
    return signs(Page(source), url, end)


@pytest.mark.parametrize(
    "title",
    [
        "404",
        "404 Not Found",
        "Error 404 (Not Found)",
        "Page not found",
        "Page not found | Acme",
        "Acme - Page Not Found",
        "Oops! That page can\u2019t be found.",
        "This page could not be found",
        "The requested URL was not found",
        "Sorry, this page isn't available.",
        "Seite nicht gefunden",
        "Page introuvable",
        "P\u00e1gina no encontrada",
        "410 Gone",
        "Topic not found",
        "Oops! Nothing found",
        "Page unavailable | Acme",
        "Fehler 404",
        "Diese Seite existiert nicht mehr",
        "Cette page n'existe plus",
        "La pagina richiesta non esiste",
        "No se encontró la página",
        "Pagina niet gevonden",
        "Sidan kunde inte hittas",
        "Sivua ei löytynyt",
        "Strona nie została znaleziona",
        "Stránka nenalezena",
        "Az oldal nem található",
        "Sayfa bulunamadı",
        "Страница не найдена",
        "Сторінку не знайдено",
        "Η σελίδα δεν βρέθηκε",
        "Không tìm thấy trang",
        "ページが見つかりません",
        "页面不存在",
        "페이지를 찾을 수 없습니다",
        "الصفحة غير موجودة",
    ],
)
def test_a_title_that_says_only_that_nothing_was_found_is_known(title: str) -> None:
    assert says_not_found(title)
    assert Sign.NOT_FOUND_PAGE in signs_of(title, "Sorry.")


@pytest.mark.parametrize(
    "title",
    [
        "",
        "Home",
        "Lost and found",
        "Handling 404 Not Found errors in Django",
        "What is a 404?",
        "No Code",
        "Page Object Model",
        "Not only SQL",
        "Room 404 Hotel",
        "The resource library",
        "Gone Girl",
        "Missing Persons",
        "The Missing Manual",
        "No Man's Sky",
        "No Time to Die",
        "Site Reliability Engineering",
        "The Missing Package Manager",
        "Not Boring",
        "Nicht nur SQL",
        "Il nome della rosa",
    ],
)
def test_a_title_that_says_something_else_is_none(title: str) -> None:
    assert not says_not_found(title)


def test_a_long_article_is_suspicious_at_most() -> None:
    assert signs_of("404 Not Found - HTTP | Reference", LONG) == set()
    source = f"<title>404 Not Found - HTTP | Reference</title>{LONG}"
    assert is_suspicious(Page(source), URL, URL)


def test_what_a_short_page_says_below_its_titles_is_suspicious_too() -> None:
    said = "The page you are looking for does not exist or has been moved."
    page = Page(f"<title>Acme</title><h1>Nothing to see here</h1><p>{said}</p>")
    assert is_suspicious(page, URL, URL)
    assert not is_suspicious(page, "https://a.example/", "https://a.example/")
    assert not is_suspicious(Page(f"<title>Acme</title>{LONG}{said}"), URL, URL)


def test_ending_at_the_home_page_or_an_error_page_is_suspicious() -> None:
    page = Page("<title>Welcome</title>")
    assert is_suspicious(page, URL, "https://a.example/")
    assert is_suspicious(page, URL, "https://a.example/errors/404.html")
    assert not is_suspicious(page, URL, "https://a.example/docs/other")
    assert not is_suspicious(page, "https://a.example/", "https://b.example/")


def test_two_paths_are_one_page_by_place_or_by_titles_but_not_by_having_none() -> None:
    page, other = Page("<title>Gone</title>"), Page("<title>Gone</title>x")
    bare = Page("ok")
    assert is_same_page(page, URL, other, f"{URL}2")
    assert is_same_page(page, URL, bare, URL)
    assert not is_same_page(bare, URL, bare, f"{URL}2")


def test_a_domain_for_sale_is_parked_and_an_article_about_selling_is_not() -> None:
    offer = "This domain may be for sale. Inquire now."
    assert Sign.PARKED in signs_of("a.example", offer)
    assert Sign.PARKED in signs_of("x", "Buy this domain today")
    assert Sign.PARKED in signs_of("x", "Diese Domain steht zum Verkauf")
    assert Sign.PARKED not in signs_of("How to sell", LONG + offer)


def test_a_bot_wall_is_known_by_its_question_and_its_shortness() -> None:
    question = "Verifying you are human. This may take a few seconds."
    assert Sign.BOT_WALL in signs_of("Just a moment", question)
    doubt = "Something about your browser made us think you were a bot."
    assert Sign.BOT_WALL in signs_of("Pardon Our Interruption", doubt)
    assert Sign.BOT_WALL not in signs_of("On captchas", LONG + question)


def test_a_login_page_is_one_only_where_another_page_was_asked_for() -> None:
    login = "https://a.example/accounts/login/?next=/docs/page"
    form = "<input name=p type='password'>"
    assert Sign.LOGIN in signs_of("Log in", form, URL, login)
    assert Sign.LOGIN not in signs_of("Log in", form, login, login)
    asked_back = "https://a.example/welcome?from=%2Fdocs%2Fpage"
    assert Sign.LOGIN in signs_of("Hi", form, URL, asked_back)
    assert Sign.LOGIN not in signs_of("Hi", "", URL, asked_back)


def test_text_is_what_a_reader_sees() -> None:
    source = (
        "<!-- no --><style>no</style><p>yes &amp; <b>so</b></p><SCRIPT>no</SCRIPT >on"
    )
    assert visible_text(source) == "yes & so on"
    assert visible_text("seen <script> never closed") == "seen"


def test_identifiers_come_from_tags_only() -> None:
    source = (
        "<a id=one></a><p class='x' ID=\"two\">id=three</p><!-- <i id=four> -->"
        "<a name='a&amp;b'><script>'<i id=\"five\">'</script><img data-id=six>"
    )
    assert identifiers(source) == {"one", "two", "a&b"}


@pytest.mark.parametrize(
    "piece",
    ["<script>", "<!--", "<title>", "<h1", "<", "<a ", "<a id='", "<input ", "domain "],
)
def test_a_hostile_page_is_read_in_time_that_grows_with_its_length(piece: str) -> None:
    source = (piece * 65_536)[:65_536]
    started = time.perf_counter()
    signs(Page(source), URL, URL)
    identifiers(source)
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize(
    "offer",
    [
        "example.org is for sale. This domain name is available for purchase.",
        "Own this domain today. Make an offer.",
        "This premium domain name is available. Make offer",
        "This page is parked free, courtesy of a registrar",
        "Deze domein: domain te koop",
        "该域名正在出售",
        "Le nom de domaine est à vendre",
    ],
)
def test_offers_of_other_sellers_are_known_too(offer: str) -> None:
    assert Sign.PARKED in signs_of("a.example", offer)


def test_a_page_that_is_little_but_a_challenge_is_a_wall_and_a_form_is_none() -> None:
    widget = "<div class=h-captcha></div>"
    assert Sign.BOT_WALL in signs_of("Un momento", f"Espere. {widget}")
    assert Sign.BOT_WALL not in signs_of("Join", f"<input type=password>{widget}")
    form = "Tell us what you would like to know. " * 8
    assert Sign.BOT_WALL not in signs_of("Write to us", f"{form}{widget}")
