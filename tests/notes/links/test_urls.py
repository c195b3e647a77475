"""One form per URL, the one that a browser would ask for (WHATWG URL standard)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes.links.urls import UrlError, join, normalise, parse, split_fragment

# Cases of the standard's own test data and of its examples, with credentials and
# fragments off, as they are not part of what is asked for.
NORMALISED = {
    "https://example.com": "https://example.com/",
    "HTTPS://EXAMPLE.com/../x": "https://example.com/x",
    "http://example.com:80/": "http://example.com/",
    "https://example.com:443/a": "https://example.com/a",
    "http://example.com:443/": "http://example.com:443/",
    "http://example.com:/": "http://example.com/",
    "http://f:00000000000000000000080/c": "http://f/c",
    "http://f:0/c": "http://f:0/c",
    "http://user:pass@foo:21/bar;par?b#c": "http://foo:21/bar;par?b",
    "http://a:b@c@d/": "http://d/",
    "http:example.com/": "http://example.com/",
    "http:/example.com/": "http://example.com/",
    "http:\\\\x:8080\\y": "http://x:8080/y",
    "http:////example.com": "http://example.com/",
    "  http://example.com \n": "http://example.com/",
    "ht\ntp://exa\tmple.com/": "http://example.com/",
    "http://example.com////../..": "http://example.com//",
    "http://example.com/foo/bar//../..": "http://example.com/foo/",
    "http://example.com/foo/%2e": "http://example.com/foo/",
    "http://example.com/foo/%2e%2": "http://example.com/foo/%2e%2",
    "http://example.com/foo/%2e./%2e%2e/.%2e/%2e.bar": "http://example.com/%2e.bar",
    "http://example.com/foo/./bar/.": "http://example.com/foo/bar/",
    "http://example.com/foo%": "http://example.com/foo%",
    "http://example.com/foo%2zbar": "http://example.com/foo%2zbar",
    "http://example.com/foo%41%7a": "http://example.com/foo%41%7a",
    "http://example.com/(%28:%3A%29)": "http://example.com/(%28:%3A%29)",
    "http://example.com/foo bar": "http://example.com/foo%20bar",
    "http://example.com/\u4f60\u597d": "http://example.com/%E4%BD%A0%E5%A5%BD",
    'http://example.com/"<>^`{}|': "http://example.com/%22%3C%3E%5E%60%7B%7D|",
    "http://example.com/?q='<>\"`{}|^": "http://example.com/?q=%27%3C%3E%22`{}|^",
    "http://example.com?": "http://example.com/?",
    "http://example.com/a?b?c#d?e": "http://example.com/a?b?c",
    "http://EX%41MPLE.com/": "http://example.com/",
    "http://fa\u00df.example/": "http://xn--fa-hia.example/",
    "http://B\u00dcCHER.example/": "http://xn--bcher-kva.example/",
    "http://\uff27\uff4f.com": "http://go.com/",
    "http://\u4f60\u597d\u4f60\u597d": "http://xn--6qqa088eba/",
    "http://foo\u3002example": "http://foo.example/",
    "http://\U0001f4a9.la/": "http://xn--ls8h.la/",
    "http://ab_c.example/": "http://ab_c.example/",
    "http://example.com./": "http://example.com./",
    "http://192.0x00A80001": "http://192.168.0.1/",
    "http://0x7f.1/": "http://127.0.0.1/",
    "http://4294967295/": "http://255.255.255.255/",
    "http://1.2.3/": "http://1.2.0.3/",
    "http://1.2.3.4./": "http://1.2.3.4/",
    "http://\uff10\uff38\uff43\uff10.\uff10\uff12\uff15\uff10.\uff10\uff11": (
        "http://192.168.0.1/"
    ),
    "http://[1::2]:3/": "http://[1::2]:3/",
    "http://[2001::1]": "http://[2001::1]/",
    "http://[::127.0.0.1]": "http://[::7f00:1]/",
    "http://[0:0:0:0:0:0:13.1.68.3]": "http://[::d01:4403]/",
    "http://[::FFFF:13.1.68.3]": "http://[::ffff:d01:4403]/",
    "http://1.2.3.4.5.example/": "http://1.2.3.4.5.example/",
}
REFUSED = [
    "",
    "example.com",
    "/relative",
    "#part",
    "//example.com/",
    "mailto:ada@a.example",
    "javascript:alert(1)",
    "ftp://example.com/",
    "file:///etc/passwd",
    "http://",
    "http://?q",
    "http://user@/x",
    "http://:80/",
    "http://f:65536/c",
    "http://f:b/c",
    "http://f: 21 /b",
    "http://f:999999/c",
    "http://exa mple.com",
    "http://a<b",
    "http://a%00b/",
    "http://a%zzb/",
    "http://%ff/",
    "http://a..b/",
    "http://256.256.256.256/",
    "http://1.2.3.4.5/",
    "http://1.2.3.08/",
    "http://0x100000000/",
    "http://foo.0x4/",
    "http://[::1%eth0]/",
    "http://[::1",
    "http://[::1.2.3]/",
    "http://::1/",
    f"http://{'a' * 64}.example/",
    f"http://{'a.' * 130}example/",
    f"http://a.example/{'x' * 3000}",
    "http://a.example/\ud800",
]


@pytest.mark.parametrize(("written", "expected"), NORMALISED.items())
def test_each_spelling_has_the_form_of_the_standard(
    written: str, expected: str
) -> None:
    assert normalise(written) == expected


@pytest.mark.parametrize("written", NORMALISED)
def test_normalising_twice_changes_nothing(written: str) -> None:
    assert normalise(normalise(written)) == normalise(written)


@pytest.mark.parametrize("written", REFUSED)
def test_what_cannot_be_checked_is_refused_in_one_sentence(written: str) -> None:
    with pytest.raises(UrlError) as caught:
        normalise(written)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_fragments_stay_apart() -> None:
    assert parse("http://a.example/x?y#z%20w").fragment == "z%20w"
    assert split_fragment("/x#y#z") == ("/x", "y#z")
    assert split_fragment("/x") == ("/x", "")


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("/x", "http://a.example/x"),
        ("y?z", "http://a.example/b/y?z"),
        ("?q", "http://a.example/b/c?q"),
        ("//other.example/x", "http://other.example/x"),
        ("\\\\other.example\\x", "http://other.example/x"),
        ("https:\\\\other.example", "https://other.example/"),
        (" /spaced ", "http://a.example/spaced"),
        ("../../../up", "http://a.example/up"),
        ("http://b.example", "http://b.example/"),
    ],
)
def test_a_reference_is_resolved_as_a_browser_does(
    reference: str, expected: str
) -> None:
    assert normalise(join("http://a.example/b/c", reference)) == expected


def test_bytes_that_a_header_carried_are_encoded_as_they_came() -> None:
    location = b"/caf\xc3\xa9/\xff".decode(errors="surrogateescape")
    target = join("http://a.example/", location)
    assert normalise(target) == "http://a.example/caf%C3%A9/%FF"


HOSTS = st.from_regex(r"[a-z0-9\u00e0-\u00ff._-]{1,20}", fullmatch=True)
TAILS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
WRITTEN = st.builds(
    "{}{}/{}".format, st.sampled_from(["http://", "hTTps:\\"]), HOSTS, TAILS
)


@given(WRITTEN)
def test_the_normal_form_is_ascii_stable_and_without_fragment(written: str) -> None:
    try:
        normal = normalise(written)
    except UrlError:
        return
    assert normal.isascii()
    assert normal.isprintable()
    assert not set(normal) & set(' #"<>')
    assert normalise(normal) == normal


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for written in (text, f"http://{text}"):
        try:
            assert normalise(written).startswith(("http://", "https://"))
        except UrlError as error:
            assert str(error)  # noqa: PT017


@given(HOSTS, TAILS)
def test_what_the_url_carries_besides_the_page_does_not_change_the_page(
    host: str, tail: str
) -> None:
    path = tail.replace("#", "") + "end"
    try:
        plain = normalise(f"http://{host}/{path}")
    except UrlError:
        return
    assert normalise(f"HTTP://who:secret@{host.upper()}:80/{path}#part") == plain
