"""One form per URL, the one that a browser would ask for (WHATWG URL standard)."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes.links.urls import UrlError, join, normalise, parse, split_fragment
from tests.notes.links.url_cases import NORMALISED, REFUSED


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


ASCII = [chr(n) for n in range(0x20, 0x80)]
# The sets of the standard's section 1.3, for what stands between host and fragment.
QUERY_SET = set(" \"#<>'\x7f")
PATH_SET = set(' "#<>?^`{}\x7f')


@pytest.mark.parametrize("char", sorted(set(ASCII) - set("#?/\\.")))
def test_a_path_is_encoded_by_its_set(char: str) -> None:
    expected = f"%{ord(char):02X}" if char in PATH_SET else char
    assert normalise(f"http://h/a{char}b") == f"http://h/a{expected}b"


@pytest.mark.parametrize("char", sorted(set(ASCII) - set("#")))
def test_a_query_is_encoded_by_its_set(char: str) -> None:
    expected = f"%{ord(char):02X}" if char in QUERY_SET else char
    assert normalise(f"http://h/?a{char}b") == f"http://h/?a{expected}b"


# The forbidden domain code points of section 3.2, but for those that end the host.
@pytest.mark.parametrize("char", [*map(chr, range(0x20)), *" %:<>@[]^|\x7f"])
def test_no_host_holds_what_is_forbidden(char: str) -> None:
    with pytest.raises(UrlError):
        normalise(f"http://a%{ord(char):02X}b/")


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
        ("", "http://a.example/b/c?d"),
        ("#x", "http://a.example/b/c?d"),
        ("?", "http://a.example/b/c?"),
        (".", "http://a.example/b/"),
        ("..", "http://a.example/"),
        ("./y", "http://a.example/b/y"),
        ("y:z", None),
        ("y/z:1", "http://a.example/b/y/z:1"),
        ("/%2e/../y", "http://a.example/y"),
        ("y?z=/../", "http://a.example/b/y?z=/../"),
        ("y#z?/../", "http://a.example/b/y"),
        ("///other.example", "http://other.example/"),
        ("/\\other.example", "http://other.example/"),
        ("http:y", "http://a.example/b/y"),
        ("HTTP:/y", "http://a.example/y"),
        ("http:y:z", "http://a.example/b/y:z"),
        ("http:", "http://a.example/b/c?d"),
        ("https:y.example", "https://y.example/"),
        ("/\t/other.example", "http://other.example/"),
        ("mailto:x", None),
    ],
)
def test_a_reference_is_resolved_as_a_browser_does(
    reference: str, expected: str | None
) -> None:
    joined = join("http://a.example/b/c?d", reference)
    if expected is None:
        with pytest.raises(UrlError):
            normalise(joined)
    else:
        assert normalise(joined) == expected


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


NUMBERS = st.sampled_from(["{}", "0x{:x}", "0X{:X}", "0{:o}", "000{:o}"])


@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.lists(NUMBERS, min_size=4))
def test_every_spelling_of_an_address_is_that_address(
    number: int, parts: int, forms: list[str]
) -> None:
    head = [number >> 8 * (3 - n) & 0xFF for n in range(parts - 1)]
    last = number & (1 << 8 * (5 - parts)) - 1
    spelt = ".".join(
        form.format(n) for form, n in zip(forms, [*head, last], strict=False)
    )
    assert normalise(f"http://{spelt}/") == f"http://{IPv4Address(number)}/"


@given(st.integers(0, 2**128 - 1))
def test_an_ipv6_address_has_one_form(number: int) -> None:
    address = IPv6Address(number)
    short = normalise(f"http://[{address.compressed}]/")
    assert normalise(f"http://[{address.exploded.upper()}]/") == short
    assert IPv6Address(short[8:-2]) == address


SEGMENTS = st.sampled_from(["a", "b c", "..", ".", "", "%2e", "%2E.", "\u00fc", "%"])


@given(st.lists(SEGMENTS, max_size=8))
def test_no_dots_are_left_in_a_path(segments: list[str]) -> None:
    normal = normalise("http://h/" + "/".join(segments))
    assert not set(normal.split("/")) & {".", "..", "%2e", "%2E."}
    assert normalise(join("http://h/", normal)) == normal


@given(st.lists(SEGMENTS, max_size=8))
def test_a_reference_from_the_root_is_the_url_with_its_host(
    segments: list[str],
) -> None:
    path = "/x/" + "/".join(segments)
    assert normalise(join("http://h/y/z", path)) == normalise(f"http://h{path}")


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
