"""Secrets at rest."""

from __future__ import annotations

import pytest

from notes.publishing.credentials import CredentialsLostError, decrypt, encrypt


def test_a_secret_comes_back_and_cannot_be_read_in_between() -> None:
    ciphertext = encrypt("t0ken-ü")
    assert "t0ken" not in ciphertext
    assert decrypt(ciphertext) == "t0ken-ü"


def test_the_same_secret_looks_different_each_time() -> None:
    assert encrypt("t0ken") != encrypt("t0ken")


def test_nothing_stays_nothing() -> None:
    assert encrypt("") == decrypt("") == ""


def test_another_key_says_what_to_do(settings) -> None:
    ciphertext = encrypt("t0ken")
    settings.SECRET_KEY = "another"
    with pytest.raises(CredentialsLostError, match="enter them again") as caught:
        decrypt(ciphertext)
    assert caught.value.permanent


def test_with_a_key_of_its_own_the_secret_key_may_change(settings) -> None:
    settings.NEXUS_CREDENTIALS_KEY = "only for this"
    ciphertext = encrypt("t0ken")
    settings.SECRET_KEY = "another"
    assert decrypt(ciphertext) == "t0ken"


def test_what_was_changed_in_the_database_is_refused() -> None:
    with pytest.raises(CredentialsLostError):
        decrypt(encrypt("t0ken")[:-4] + "AAAA")
