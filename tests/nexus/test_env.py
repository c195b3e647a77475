"""Every variable becomes a finished setting, or one sentence that names it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from django.core.exceptions import ImproperlyConfigured

from nexus import env

SECRET = "correct-horse"


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "EMAIL_URL"):
        monkeypatch.delenv(name, raising=False)


def refusal(call: object) -> str:
    with pytest.raises(ImproperlyConfigured) as caught:
        call()  # type: ignore[operator]
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


class TestTexts:
    def test_a_variable_that_is_not_set_has_its_default(self) -> None:
        assert env.text("NEXUS_TEST", "default") == "default"

    def test_an_empty_variable_counts_as_none(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NEXUS_TEST", "  ")
        assert env.text("NEXUS_TEST", "default") == "default"

    def test_a_secret_may_stand_in_a_file(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "secret").write_text(f"{SECRET}\n")
        # Names of their own, since what a file held is remembered by its variable.
        monkeypatch.setenv("NEXUS_TEST_KEPT_FILE", str(tmp_path / "secret"))
        assert env.text("NEXUS_TEST_KEPT") == SECRET

    def test_a_file_that_is_missing_is_told_by_its_variable(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("NEXUS_TEST_GONE_FILE", str(tmp_path / "none"))
        assert "NEXUS_TEST_GONE_FILE" in refusal(lambda: env.text("NEXUS_TEST_GONE"))


class TestNumbersAndFlags:
    @pytest.mark.parametrize(("raw", "value"), [("2", 2.0), ("0.5", 0.5), ("0", 0.0)])
    def test_a_number_is_read(
        self, monkeypatch: pytest.MonkeyPatch, raw: str, value: float
    ) -> None:
        monkeypatch.setenv("NEXUS_TEST", raw)
        assert env.number("NEXUS_TEST", 7) == value

    @pytest.mark.parametrize("raw", ["-1", "two", "nan", "inf", "1e999"])
    def test_what_is_no_number_or_too_small_is_refused(
        self, monkeypatch: pytest.MonkeyPatch, raw: str
    ) -> None:
        monkeypatch.setenv("NEXUS_TEST", raw)
        assert "NEXUS_TEST" in refusal(lambda: env.number("NEXUS_TEST", 7))

    @pytest.mark.parametrize(
        ("raw", "value"), [("yes", True), ("ON", True), ("1", True), ("false", False)]
    )
    def test_a_flag_is_read(
        self, monkeypatch: pytest.MonkeyPatch, raw: str, value: bool
    ) -> None:
        monkeypatch.setenv("NEXUS_TEST", raw)
        assert env.flag("NEXUS_TEST", default=not value) is value

    def test_a_flag_is_yes_or_no(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("NEXUS_TEST", "perhaps")
        assert "NEXUS_TEST" in refusal(lambda: env.flag("NEXUS_TEST", default=True))


class TestDataFolder:
    def test_it_is_made_for_its_owner_alone(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("NEXUS_DATA_DIR", str(tmp_path / "a" / "b"))
        folder = env.data_dir(tmp_path)
        assert folder == tmp_path / "a" / "b"
        assert folder.stat().st_mode & 0o777 == 0o700
        assert list(folder.iterdir()) == []

    def test_without_a_variable_it_is_var_beside_the_code(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.delenv("NEXUS_DATA_DIR", raising=False)
        assert env.data_dir(tmp_path) == tmp_path / "var"

    def test_one_that_cannot_be_written_is_refused(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "file").touch()
        monkeypatch.setenv("NEXUS_DATA_DIR", str(tmp_path / "file"))
        assert "NEXUS_DATA_DIR" in refusal(lambda: env.data_dir(tmp_path))


class TestSecretKey:
    def test_it_is_made_up_once_and_kept_for_its_owner_alone(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.delenv("NEXUS_SECRET_KEY", raising=False)
        key = env.secret_key(tmp_path)
        assert len(key) >= 50
        assert env.secret_key(tmp_path) == key
        assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600

    def test_the_variable_comes_first(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("NEXUS_SECRET_KEY", SECRET)
        assert env.secret_key(tmp_path) == SECRET
        assert not (tmp_path / "secret_key").exists()

    def test_processes_that_start_together_agree_on_it(self, tmp_path: Path) -> None:
        with ThreadPoolExecutor(8) as pool:
            path = tmp_path / "secret"
            secrets = set(pool.map(lambda _: env.kept_secret(path), range(32)))
        assert len(secrets) == 1
        assert [file.name for file in tmp_path.iterdir()] == ["secret"]


class TestDatabase:
    def test_sqlite_in_the_data_folder_is_the_default(self, tmp_path: Path) -> None:
        config = env.database(tmp_path)
        assert config["ENGINE"] == "django.db.backends.sqlite3"
        assert config["NAME"] == str(tmp_path / "nexus.sqlite3")
        assert config["OPTIONS"]["transaction_mode"] == "IMMEDIATE"

    def test_postgresql_is_named_by_its_address(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgres://nexus:p%40ss@db:5433/notes")
        config = env.database(tmp_path)
        assert config["ENGINE"] == "django.db.backends.postgresql"
        assert (config["USER"], config["PASSWORD"]) == ("nexus", "p@ss")
        assert (config["HOST"], config["PORT"], config["NAME"]) == ("db", 5433, "notes")
        assert config["CONN_HEALTH_CHECKS"]

    @pytest.mark.parametrize(
        "raw",
        [
            "mysql://localhost/nexus",
            "nexus.sqlite3",
            "postgres://nexus:correct-horse@db:port/notes",
            "postgres://nexus:correct-horse/battery@db/notes",
            "postgres://nexus:correct-horse@db",
            "sqlite:///",
            "sqlite://:memory:",
        ],
    )
    def test_an_address_that_leads_nowhere_is_refused_without_telling_secrets(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, raw: str
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", raw)
        sentence = refusal(lambda: env.database(tmp_path))
        assert "DATABASE_URL" in sentence
        assert SECRET not in sentence


class TestBrokerAndCache:
    def test_the_embedded_valkey_is_the_default_of_both(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        for name in ("NEXUS_BROKER_URL", "NEXUS_CACHE_URL"):
            monkeypatch.delenv(name, raising=False)
        socket = tmp_path / "run" / "valkey.sock"
        assert env.broker_url(tmp_path) == f"redis+socket://{socket}?virtual_host=0"
        assert env.cache_url(tmp_path) == f"unix://{socket}?db=2"

    @pytest.mark.parametrize(
        "url", ["amqp://u:p@mq:5672//", "rediss://r:6380/0", "redis+socket:///s.sock"]
    )
    def test_both_kinds_of_broker_are_welcome(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str
    ) -> None:
        monkeypatch.setenv("NEXUS_BROKER_URL", url)
        assert env.broker_url(tmp_path) == url

    @pytest.mark.parametrize(
        "url",
        ["http://x", "filesystem://", "broker", "amqp://[::1", "redis://r:port/0"],
    )
    def test_any_other_broker_is_refused(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str
    ) -> None:
        monkeypatch.setenv("NEXUS_BROKER_URL", url)
        assert "NEXUS_BROKER_URL" in refusal(lambda: env.broker_url(tmp_path))

    def test_a_cache_that_is_none_is_refused_without_telling_its_password(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("NEXUS_CACHE_URL", f"memcached://u:{SECRET}@c:11211")
        sentence = refusal(lambda: env.cache_url(tmp_path))
        assert "NEXUS_CACHE_URL" in sentence
        assert SECRET not in sentence


class TestMail:
    def test_mails_are_files_until_a_server_is_named(self, tmp_path: Path) -> None:
        config = env.email(tmp_path)
        assert config["EMAIL_BACKEND"].endswith("filebased.EmailBackend")
        assert config["EMAIL_FILE_PATH"] == str(tmp_path / "mail")

    def test_a_server_is_named_by_its_address(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("EMAIL_URL", "smtp+tls://ada:pw@mail.example.org:587")
        config = env.email(tmp_path)
        assert (config["EMAIL_HOST"], config["EMAIL_PORT"]) == ("mail.example.org", 587)
        assert config["EMAIL_USE_TLS"]
        assert config["EMAIL_TIMEOUT"]

    @pytest.mark.parametrize("url", ["mail.example.org", "smtp://", "smtp://m:port"])
    def test_a_server_without_an_address_is_refused(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str
    ) -> None:
        monkeypatch.setenv("EMAIL_URL", url)
        assert "EMAIL_URL" in refusal(lambda: env.email(tmp_path))


class TestNetworksAndAddresses:
    def test_no_network_is_open_by_default(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("NEXUS_LINKS_ALLOW_NETWORKS", raising=False)
        assert env.networks("NEXUS_LINKS_ALLOW_NETWORKS") == ()

    def test_networks_of_both_families_are_listed_with_commas(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NEXUS_TEST", "127.0.0.0/8, fd00::/8")
        wanted = (ip_network("127.0.0.0/8"), ip_network("fd00::/8"))
        assert env.networks("NEXUS_TEST") == wanted

    @pytest.mark.parametrize("raw", ["everywhere", "10.0.0.1/8", "10.0.0.0/33"])
    def test_what_is_no_network_is_refused(
        self, monkeypatch: pytest.MonkeyPatch, raw: str
    ) -> None:
        monkeypatch.setenv("NEXUS_TEST", raw)
        assert "NEXUS_TEST" in refusal(lambda: env.networks("NEXUS_TEST"))

    def test_the_base_address_has_no_slash_at_its_end(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NEXUS_BASE_URL", "https://nexus.example.org/")
        assert env.base_url() == "https://nexus.example.org"

    @pytest.mark.parametrize(
        "raw",
        ["nexus.example.org", "ftp://x", "https://x/y", "http://[x", "http://x:y"],
    )
    def test_a_base_address_that_is_none_is_refused(
        self, monkeypatch: pytest.MonkeyPatch, raw: str
    ) -> None:
        monkeypatch.setenv("NEXUS_BASE_URL", raw)
        assert "NEXUS_BASE_URL" in refusal(env.base_url)

    @pytest.mark.parametrize(
        ("raw", "url"), [("", ""), ("https://archive.org/", "https://archive.org")]
    )
    def test_an_archive_is_asked_only_where_one_is_named(
        self, monkeypatch: pytest.MonkeyPatch, raw: str, url: str
    ) -> None:
        monkeypatch.setenv("NEXUS_LINKS_ARCHIVE_URL", raw)
        assert env.archive_url() == url

    @pytest.mark.parametrize("raw", ["archive.org", "ftp://x", "https://", "http://[x"])
    def test_an_archive_that_has_no_address_is_refused(
        self, monkeypatch: pytest.MonkeyPatch, raw: str
    ) -> None:
        monkeypatch.setenv("NEXUS_LINKS_ARCHIVE_URL", raw)
        assert "NEXUS_LINKS_ARCHIVE_URL" in refusal(env.archive_url)

    def test_the_hosts_are_those_of_the_base_address_and_of_this_machine(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("NEXUS_ALLOWED_HOSTS", raising=False)
        hosts = env.allowed_hosts("https://nexus.example.org")
        assert hosts == ["nexus.example.org", "localhost", "127.0.0.1", "[::1]"]

    def test_named_hosts_replace_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("NEXUS_ALLOWED_HOSTS", "a.example, b.example,")
        assert env.allowed_hosts("https://x") == ["a.example", "b.example"]


@pytest.mark.parametrize("given", ["", "provider:a-long-enough-password"])
def test_the_webhooks_secret_is_taken(
    monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv("NEXUS_MAIL_WEBHOOK_SECRET", given)
    assert env.webhook_secret() == given


@pytest.mark.parametrize(
    "given", ["secret", "provider:short", ":a-long-enough-password"]
)
def test_a_weak_secret_of_the_webhook_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv("NEXUS_MAIL_WEBHOOK_SECRET", given)
    assert given not in refusal(env.webhook_secret)


class TestSigningKey:
    def test_an_rsa_key_is_taken_with_its_lines_or_in_one(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pem = private_key(rsa.generate_private_key(65537, 1024))
        for written in (pem, pem.replace("\n", "\\n")):
            monkeypatch.setenv("NEXUS_DKIM_KEY", written)
            assert env.signing_key("NEXUS_DKIM_KEY").strip() == pem.strip()

    def test_without_a_key_there_is_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("NEXUS_DKIM_KEY", raising=False)
        assert env.signing_key("NEXUS_DKIM_KEY") == ""

    @pytest.mark.parametrize("kind", ["nonsense", "ed25519"])
    def test_any_other_key_is_refused_without_being_shown(
        self, monkeypatch: pytest.MonkeyPatch, kind: str
    ) -> None:
        pem = private_key(Ed25519PrivateKey.generate()) if kind == "ed25519" else kind
        monkeypatch.setenv("NEXUS_DKIM_KEY", pem)
        sentence = refusal(lambda: env.signing_key("NEXUS_DKIM_KEY"))
        assert "NEXUS_DKIM_KEY" in sentence
        assert pem not in sentence


def private_key(key: PrivateKeyTypes) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
