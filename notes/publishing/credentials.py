"""Encrypts what opens a remote, so that the database alone gives nothing away."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from notes.readme.git import PublishError

PURPOSE = b"nexus remote credentials 1"
KEY_BYTES = 32


class CredentialsLostError(PublishError):
    """The stored credentials were encrypted with another key: enter them again."""


def encrypt(secret: str) -> str:
    """The ciphertext of a secret; nothing stays nothing."""
    return _fernet().encrypt(secret.encode()).decode() if secret else ""


def decrypt(ciphertext: str) -> str:
    """Raises CredentialsLostError when the key is not the one it was written with."""
    if not ciphertext:
        return ""
    try:
        return _fernet().decrypt(ciphertext.encode()).decode()
    except InvalidToken as error:
        raise CredentialsLostError from error


def _fernet() -> Fernet:
    secret = settings.NEXUS_CREDENTIALS_KEY or settings.SECRET_KEY
    # A key of its own: what signs sessions must not also open repositories.
    derivation = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=PURPOSE)
    return Fernet(base64.urlsafe_b64encode(derivation.derive(secret.encode())))
