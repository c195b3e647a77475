"""The bytes of a mail, built once; each reader's own is put into gaps.

Both parts are quoted-printable: seven bits and short lines go through every server as
they are, and a signature over them stays valid.
"""

from __future__ import annotations

import re
from binascii import b2a_qp
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.header import Header
from typing import Self

SOFT_BREAK = b"=\r\n"
# What servers change at the beginning of a line: dots by SMTP, From by mailboxes.
FRAGILE = re.compile(rb"^(?:\.+|F(?=rom ))", re.MULTILINE)


@dataclass(frozen=True)
class Template:
    """A mail between whose chunks of bytes stand the names of what is missing."""

    headers: bytes
    chunks: tuple[bytes | str, ...]

    @classmethod
    def of(
        cls,
        headers: Mapping[str, str],
        *,
        text: str,
        html: str,
        gaps: Mapping[str, str],
        boundary: str,
    ) -> Self:
        """``gaps`` are names with their placeholders in both parts."""
        mime = {
            "MIME-Version": "1.0",
            "Content-Type": f'multipart/alternative; boundary="{boundary}"',
        }
        lines = (header(name, value) for name, value in {**headers, **mime}.items())
        chunks = [*_part("plain", text, gaps, boundary)]
        chunks += _part("html", html, gaps, boundary)
        chunks.append(f"\r\n--{boundary}--\r\n".encode())
        return cls(b"".join(lines), tuple(_joined(chunks)))

    def fill(self, own_headers: bytes, links: Mapping[str, str]) -> bytes:
        encoded = {name: _encode(link.encode()) for name, link in links.items()}
        body = [encoded[c] if isinstance(c, str) else c for c in self.chunks]
        return b"".join([own_headers, self.headers, *body])


def header(name: str, value: str) -> bytes:
    """A header's line; links and ids stay on it, since not every reader unfolds."""
    line = " ".join(value.split())
    if not line.isascii():
        line = Header(line, "utf-8", header_name=name).encode(linesep="\r\n")
    return f"{name}: {line}\r\n".encode("ascii")


def _part(
    subtype: str, content: str, gaps: Mapping[str, str], boundary: str
) -> Iterator[bytes | str]:
    yield (
        f"\r\n--{boundary}\r\n"
        f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode()
    names = {placeholder: name for name, placeholder in gaps.items()}
    pattern = "|".join(map(re.escape, names)) or r"(?!)"
    for stretch in re.split(f"({pattern})", content):
        if stretch in names:
            yield from (SOFT_BREAK, names[stretch], SOFT_BREAK)
        else:
            yield _encode(stretch.encode())


def _encode(content: bytes) -> bytes:
    """Quoted-printable, in lines of at most 76 bytes."""
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    encoded = b2a_qp(lines).replace(b"\n", b"\r\n")
    return FRAGILE.sub(_quote, encoded)


def _quote(match: re.Match[bytes]) -> bytes:
    return b"".join(b"=%02X" % byte for byte in match[0]) + SOFT_BREAK


def _joined(chunks: Sequence[bytes | str]) -> Iterator[bytes | str]:
    """Neighbouring bytes as one."""
    gathered = b""
    for chunk in chunks:
        if isinstance(chunk, bytes):
            gathered += chunk
        else:
            yield gathered
            yield chunk
            gathered = b""
    yield gathered
