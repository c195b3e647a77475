"""URLs in the one form that is stored, compared and fetched (WHATWG URL standard)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from notes.links.hostnames import HostError, read_host

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_LENGTH = 2000
MAX_PORT, PORT_DIGITS = 65535, 5
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
TRIMMED = "".join(map(chr, range(0x21)))
DROPPED = str.maketrans("", "", "\t\n\r")
# Percent-encode sets of the standard, as what they leave alone.
PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
KEPT_IN_PATH = "".join(c for c in PRINTABLE if c not in '"#<>?^`{}')
KEPT_IN_QUERY = "".join(c for c in PRINTABLE if c not in "\"#<>'")
# Most paths: nothing to encode and no segment of dots.
PLAIN_PATH = re.compile(r"(?:/(?:[\w~-][\w.~+@:=,-]*)?)+", re.ASCII)
ONE_DOT = {".", "%2e"}
TWO_DOTS = {"..", ".%2e", "%2e.", "%2e%2e"}


class UrlError(ValueError):
    """This URL cannot be checked."""


@dataclass(frozen=True, slots=True)
class Address:
    """A URL taken apart: `page` is what is fetched, `fragment` stays apart."""

    scheme: str
    host: str
    port: int
    target: str
    fragment: str

    @property
    def authority(self) -> str:
        """The host with its port, where that is not the scheme's own."""
        if self.port == DEFAULT_PORTS[self.scheme]:
            return self.host
        return f"{self.host}:{self.port}"

    @property
    def page(self) -> str:
        """The URL without its fragment."""
        return f"{self.scheme}://{self.authority}{self.target}"


def normalise(url: str) -> str:
    """Return the URL to fetch, or raise `UrlError` with one sentence."""
    return parse(url).page


def authority(page: str) -> str:
    """Return the host, with its port if it is unusual, of a normalised URL."""
    return page.split("/", 3)[2]


def split_fragment(url: str) -> tuple[str, str]:
    """Take the fragment off, as it is written, without its `#`."""
    page, _, fragment = url.partition("#")
    return page, fragment


def cut(text: str, marks: str) -> tuple[str, str, str]:
    """Partition at whichever of the marks comes first."""
    at = min((i for i in map(text.find, marks) if i >= 0), default=len(text))
    return text[:at], text[at : at + 1], text[at + 1 :]


def join(base: str, reference: str) -> str:
    """Resolve a `Location` or `href` against the normalised page that it stands on.

    Dots in the path are left to `parse`, which knows all of their spellings.
    """
    cleaned = reference.strip(TRIMMED).translate(DROPPED)
    head, mark, tail = cut(cleaned, "?#")
    head, scheme = head.replace("\\", "/"), base.partition(":")[0]
    named, _, rest = head.partition(":")
    # The page's own scheme says nothing where no host follows.
    is_relative = named.lower() == scheme and not rest.startswith("//")
    head = rest if is_relative else head
    if head.startswith("//"):
        head = f"{scheme}:{head}"
    elif head.startswith("/"):
        head = f"{scheme}://{authority(base)}{head}"
    elif is_relative or SCHEME.match(head) is None:
        folder, page = base.partition("?")[0].rpartition("/")[::2]
        head = f"{folder}/{head or page}" if head or mark == "?" else base
    return head + mark + tail


def parse(url: str) -> Address:
    """Take a URL apart as a browser would; credentials are dropped."""
    cleaned = url.strip(TRIMMED).translate(DROPPED)
    if len(cleaned) > MAX_LENGTH:
        raise UrlError(f"The URL is longer than {MAX_LENGTH} characters.")
    scheme = _scheme(cleaned)
    rest, fragment = split_fragment(cleaned[len(scheme) + 1 :].lstrip("/\\"))
    authority, mark, tail = cut(rest, "/\\?")
    path, question, query = (mark + tail).partition("?")
    host, port = _host_and_port(authority.rpartition("@")[2], scheme)
    target = _path(path) + question + _encoded(query, KEPT_IN_QUERY)
    return Address(scheme, host, port, target, fragment)


def _scheme(url: str) -> str:
    match = SCHEME.match(url)
    if match is None:
        raise UrlError(f"{url[:80]!r} is relative: it names no scheme and host.")
    scheme = match[1].lower()
    if scheme not in DEFAULT_PORTS:
        raise UrlError(f"{scheme}: links are not fetched, only http and https are.")
    return scheme


def _host_and_port(authority: str, scheme: str) -> tuple[str, int]:
    split = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::(.*))?", authority)
    if split is None or not split[1]:
        raise UrlError("The URL names no host.")
    try:
        host = read_host(split[1])
    except HostError as error:
        raise UrlError(str(error)) from error
    return host, _port(split[2] or "", scheme)


def _port(text: str, scheme: str) -> int:
    if not text:
        return DEFAULT_PORTS[scheme]
    digits = text.lstrip("0") or "0"
    if not (text.isascii() and text.isdigit()) or len(digits) > PORT_DIGITS:
        raise UrlError(f"{text[:20]!r} is not a port.")
    if int(digits) > MAX_PORT:
        raise UrlError(f"{text!r} is not a port: the last one is {MAX_PORT}.")
    return int(digits)


def _path(path: str) -> str:
    if PLAIN_PATH.fullmatch(path):
        return path
    segments = path.replace("\\", "/").split("/")[1:] or [""]
    kept: list[str] = []
    for position, segment in enumerate(segments):
        is_last = position == len(segments) - 1
        dots = segment.lower()
        if dots in TWO_DOTS:
            del kept[-1:]
        elif dots not in ONE_DOT:
            kept.append(_encoded(segment, KEPT_IN_PATH))
            continue
        if is_last:
            kept.append("")
    return "/" + "/".join(kept)


def _encoded(text: str, kept: str) -> str:
    """Percent-encode; bytes that a header carried undecoded come back as they were."""
    if not text:
        return text
    try:
        return quote(text.encode(errors="surrogateescape"), safe=kept)
    except UnicodeEncodeError as error:
        raise UrlError("The URL holds half of a surrogate pair.") from error
