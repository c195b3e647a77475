"""The host of a URL, read as the WHATWG URL standard reads it, for http and https."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from urllib.parse import unquote_to_bytes

import idna

FORBIDDEN = re.compile(r"[\x00-\x20#%/:<>?@\[\\\]^|\x7f]")
HEX_DIGITS = re.compile(r"[0-9a-f]*")
DIGITS = {8: re.compile(r"[0-7]*"), 10: re.compile(r"[0-9]*"), 16: HEX_DIGITS}
IPV4_PARTS, BYTE = 4, 256
ACE = "xn--"  # begins a label that is encoded
MAX_NAME, MAX_LABEL, MAX_DIGITS = 253, 63, 64


class HostError(ValueError):
    """The host of this URL cannot be read."""


@lru_cache(maxsize=4096)
def read_host(raw: str) -> str:
    """Return the host in the one form that everything else compares."""
    if raw.startswith("["):
        return _read_ipv6(raw)
    name = _to_ascii(_percent_decoded(raw))
    if FORBIDDEN.search(name):
        raise HostError(f"The host {raw!r} holds a character that no host may hold.")
    if _ends_in_number(name):
        return str(ipaddress.IPv4Address(_read_ipv4(name)))
    _check_labels(name)
    return name


def _percent_decoded(raw: str) -> str:
    if "%" not in raw:
        return raw
    try:
        return unquote_to_bytes(raw).decode()
    except UnicodeDecodeError as error:
        raise HostError(f"The host {raw!r} is not valid UTF-8.") from error


def _to_ascii(name: str) -> str:
    if name.isascii():
        return name.lower()
    try:
        mapped = idna.uts46_remap(name, std3_rules=False, transitional=False)
        return ".".join(_label_to_ascii(label) for label in mapped.split("."))
    except (idna.IDNAError, UnicodeError) as error:
        raise HostError(f"The host {name!r} is not a valid international name.") from (
            error
        )


def _label_to_ascii(label: str) -> str:
    """Encode without IDNA 2008's code point list: browsers reach emoji domains."""
    return label if label.isascii() else ACE + label.encode("punycode").decode()


def _check_labels(name: str) -> None:
    labels = name.removesuffix(".").split(".")
    if len(name) > MAX_NAME or not all(0 < len(label) <= MAX_LABEL for label in labels):
        raise HostError(f"The host {name[:80]!r} is not a name that DNS can hold.")
    if not all(map(_is_decodable, labels)):
        raise HostError(f"The host {name[:80]!r} is not a valid international name.")


def _is_decodable(label: str) -> bool:
    """Tell whether a label that says it is encoded stands for letters beyond ASCII."""
    if not label.startswith(ACE):
        return True
    try:
        decoded = label.removeprefix(ACE).encode().decode("punycode")
    except UnicodeError:
        return False
    return not decoded.isascii() and not decoded.startswith(ACE)


def _ends_in_number(name: str) -> bool:
    last = name.removesuffix(".").rpartition(".")[2]
    if last.isdigit():
        return True
    return last.startswith("0x") and HEX_DIGITS.fullmatch(last[2:]) is not None


def _read_ipv4(name: str) -> int:
    """Read the decimal, octal, hexadecimal and shortened forms of an address."""
    numbers = [_read_number(part, name) for part in name.removesuffix(".").split(".")]
    *head, last = numbers
    room = BYTE ** (IPV4_PARTS - len(head))
    if len(numbers) > IPV4_PARTS or max(head, default=0) >= BYTE or last >= room:
        raise HostError(f"The host {name!r} ends like an IPv4 address but is none.")
    return sum(n << 8 * (3 - i) for i, n in enumerate(head)) + last


def _read_number(part: str, name: str) -> int:
    digits, base = part, 10
    if part.startswith("0x"):
        digits, base = part[2:], 16
    elif len(part) > 1 and part.startswith("0"):
        digits, base = part[1:], 8
    if not part or not DIGITS[base].fullmatch(digits) or len(digits) > MAX_DIGITS:
        raise HostError(f"The host {name!r} ends like an IPv4 address but is none.")
    return int(digits or "0", base)


def _read_ipv6(raw: str) -> str:
    if not raw.endswith("]") or "%" in raw:
        raise HostError(f"The host {raw!r} is not an IPv6 address without a zone.")
    try:
        address = ipaddress.IPv6Address(raw[1:-1])
    except ValueError as error:
        raise HostError(f"The host {raw!r} is not an IPv6 address.") from error
    if address.ipv4_mapped is not None:
        # Python 3.13 writes these with dots, earlier versions and browsers do not.
        low = int(address) & 0xFFFFFFFF
        return f"[::ffff:{low >> 16:x}:{low & 0xFFFF:x}]"
    return f"[{address}]"
