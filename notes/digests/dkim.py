"""Signs mails by DKIM (RFC 6376), where a key is configured.

The headers for unsubscribing are among those that are signed: RFC 8058 asks for it.
The RSA of dkimpy is plain Python and takes longer than all else that a mail costs; the
tests let it verify what is signed here.
"""

from __future__ import annotations

import base64
import hashlib
import re
import time
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings

SIGNED = (
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Feedback-ID",
    "Auto-Submitted",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
)
BETWEEN_HEADERS = re.compile(r"\r\n(?![ \t])")
FOLDED = re.compile(r"[ \t\r\n]+")
WIDTH = 70


def sign(raw: bytes) -> bytes:
    """The mail with its signature; as it is where no key is configured."""
    if not settings.NEXUS_DKIM_KEY:
        return raw
    head, _, body = raw.partition(b"\r\n\r\n")
    headers = _headers(head.decode("ascii"))
    names = [name for name in SIGNED if name.lower() in headers]
    tags = {
        "v": "1",
        "a": "rsa-sha256",
        "c": "relaxed/simple",
        "d": settings.NEXUS_DKIM_DOMAIN,
        "s": settings.NEXUS_DKIM_SELECTOR,
        "t": str(int(time.time())),
        "h": ":".join(names),
        "bh": _base64(hashlib.sha256(body).digest()),
        "b": "",
    }
    unsigned = "; ".join(f"{name}={value}" for name, value in tags.items())
    lines = [f"{name.lower()}:{headers[name.lower()]}\r\n" for name in names]
    signature = _signature(f"{''.join(lines)}dkim-signature:{unsigned}")
    folded = unsigned.replace("; ", ";\r\n ") + "\r\n ".join(_chunks(signature))
    return f"DKIM-Signature: {folded}\r\n".encode("ascii") + raw


def record() -> tuple[str, str]:
    """The name of the TXT record that others verify with, and what it has to hold."""
    name = f"{settings.NEXUS_DKIM_SELECTOR}._domainkey.{settings.NEXUS_DKIM_DOMAIN}"
    public = _key(settings.NEXUS_DKIM_KEY).public_key()
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return name, f"v=DKIM1; k=rsa; p={_base64(der)}"


def _headers(head: str) -> dict[str, str]:
    """By their names in the relaxed form: in small letters, each in one line."""
    pairs = (line.partition(":") for line in BETWEEN_HEADERS.split(head))
    return {
        name.strip().lower(): FOLDED.sub(" ", value).strip() for name, _, value in pairs
    }


def _signature(signed: str) -> str:
    key = _key(settings.NEXUS_DKIM_KEY)
    return _base64(key.sign(signed.encode("ascii"), PKCS1v15(), SHA256()))


@lru_cache
def _key(pem: str) -> RSAPrivateKey:
    key = load_pem_private_key(pem.encode(), password=None)
    assert isinstance(key, RSAPrivateKey)  # the settings have seen to that
    return key


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _chunks(text: str) -> list[str]:
    return [text[start : start + WIDTH] for start in range(0, len(text), WIDTH)]
