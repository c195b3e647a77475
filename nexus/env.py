"""Reads the environment, the only place that configuration comes from.

Each function returns a finished setting or raises ImproperlyConfigured with one
sentence that names the variable and says what to do.
"""

from __future__ import annotations

import ipaddress
import math
import os
import secrets
import tempfile
from contextlib import suppress
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, cast
from urllib.parse import SplitResult, parse_qs, urlsplit

import environ
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.core.exceptions import ImproperlyConfigured

env = environ.FileAwareEnv()

SQLITE_OPTIONS = {
    # Writers queue for the lock at BEGIN instead of failing at their first write.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
        "PRAGMA busy_timeout=20000; PRAGMA foreign_keys=ON;"
    ),
}
SHORTEST_SECRET = 16
BROKER_SCHEMES = {"amqp", "amqps", "redis", "rediss", "redis+socket"}


def text(name: str, default: str = "") -> str:
    """The variable's text or that of the file which NAME_FILE points at.

    An empty variable counts as none.
    """
    try:
        return str(env.str(name, default="")).strip() or default
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name}_FILE names a file that cannot be read ({error.strerror})."
        ) from error


def address(name: str, default: str = "") -> tuple[str, SplitResult]:
    """An address as it was given and in its parts; its text may hold a password."""
    raw = text(name, default)
    try:
        parts = urlsplit(raw)
        _ = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} cannot be read as an address: check its host and port, and write "
            "the special characters of a password as %XX."
        ) from error
    return raw, parts


def number(name: str, default: float, *, at_least: float = 0) -> float:
    """A number of at least ``at_least``."""
    raw = text(name, str(default))
    try:
        value = float(raw)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= at_least):
        raise ImproperlyConfigured(
            f"{name} is {raw!r}, but it has to be a number of at least {at_least:g}."
        )
    return value


def flag(name: str, *, default: bool) -> bool:
    """A yes or no."""
    raw = text(name, str(default)).lower()
    if raw not in {"true", "false", "1", "0", "yes", "no", "on", "off"}:
        raise ImproperlyConfigured(f"{name} is {raw!r}; set it to true or false.")
    return raw in {"true", "1", "yes", "on"}


def data_dir(base: Path) -> Path:
    """The folder for everything that Nexus keeps; made if it is missing."""
    folder = Path(text("NEXUS_DATA_DIR", str(base / "var"))).expanduser().resolve()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / f".probe-{secrets.token_hex(4)}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ImproperlyConfigured(
            f"the data folder {folder} cannot be written ({error.strerror}); "
            "give its owner the right to write or point NEXUS_DATA_DIR elsewhere."
        ) from error
    return folder


def secret_key(folder: Path) -> str:
    """NEXUS_SECRET_KEY, or a random key kept in a 0600 file of the data folder."""
    given = text("NEXUS_SECRET_KEY")
    if given:
        return given
    return kept_secret(folder / "secret_key")


def kept_secret(path: Path, *, random_bytes: int = 48) -> str:
    """The secret in this file, made up and written with mode 0600 the first time.

    The file appears whole or not at all, and never twice, however many processes
    start at once.
    """
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=path.parent) as file:  # mode 0600
            file.write(secrets.token_urlsafe(random_bytes))
            file.flush()
            with suppress(FileExistsError):
                os.link(file.name, path)
    return path.read_text().strip()


def database(folder: Path) -> dict[str, Any]:
    """Django's settings of the database that DATABASE_URL names."""
    raw, parts = address("DATABASE_URL", f"sqlite:///{folder / 'nexus.sqlite3'}")
    scheme = parts.scheme
    if scheme not in {"sqlite", "postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"DATABASE_URL begins with {scheme or 'nothing'!r}; it has to be "
            "sqlite:///FILE or postgres://USER:PASSWORD@HOST:PORT/NAME."
        )
    config = cast("dict[str, Any]", environ.Env.db_url_config(raw))
    if config["NAME"] in {"", ":memory:"}:
        raise ImproperlyConfigured("DATABASE_URL has to name a database at its end.")
    if scheme == "sqlite":
        config["OPTIONS"] = SQLITE_OPTIONS
    else:
        config["CONN_HEALTH_CHECKS"] = True
    config["CONN_MAX_AGE"] = 60
    return config


def broker_url(folder: Path) -> str:
    """NEXUS_BROKER_URL, or the embedded Valkey's socket in the data folder."""
    default = f"redis+socket://{socket(folder)}?virtual_host=0"
    raw, parts = address("NEXUS_BROKER_URL", default)
    if parts.scheme not in BROKER_SCHEMES:
        raise ImproperlyConfigured(
            f"NEXUS_BROKER_URL begins with {parts.scheme or 'nothing'!r}; it has to be "
            "amqp://... for RabbitMQ or redis://... for Redis and Valkey."
        )
    return raw


def cache_url(folder: Path) -> str:
    """NEXUS_CACHE_URL, or the embedded Valkey's database 2."""
    raw, parts = address("NEXUS_CACHE_URL", f"unix://{socket(folder)}?db=2")
    if parts.scheme not in {"redis", "rediss", "unix"}:
        raise ImproperlyConfigured(
            f"NEXUS_CACHE_URL begins with {parts.scheme or 'nothing'!r}; it has to be "
            "redis://HOST:PORT/DB or unix://SOCKET?db=N."
        )
    return raw


def socket(folder: Path) -> Path:
    """Where the embedded Valkey listens."""
    return folder / "run" / "valkey.sock"


def email(folder: Path) -> dict[str, Any]:
    """Django's EMAIL_* settings: SMTP by EMAIL_URL, or files in the data folder."""
    raw, parts = address("EMAIL_URL")
    if not raw:
        return {
            "EMAIL_BACKEND": "notes.digests.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(folder / "mail"),
        }
    if parts.scheme not in {"smtp", "smtp+tls", "smtp+ssl", "smtps"} or (
        not parts.hostname
    ):
        raise ImproperlyConfigured(
            "EMAIL_URL has to be smtp://HOST:PORT, smtp+tls://USER:PASSWORD@HOST:PORT "
            "(STARTTLS) or smtp+ssl://USER:PASSWORD@HOST:PORT."
        )
    config = cast("dict[str, Any]", environ.Env.email_url_config(raw))
    return config | {"EMAIL_TIMEOUT": 10}


def mail_from() -> str:
    """The sender of every mail."""
    query = parse_qs(address("EMAIL_URL")[1].query)
    return text("NEXUS_MAIL_FROM", query.get("from", ["nexus@localhost"])[0])


def webhook_secret() -> str:
    """What a mail provider shows to be believed, USER:PASSWORD; empty for none."""
    given = text("NEXUS_MAIL_WEBHOOK_SECRET")
    user, _, password = given.partition(":")
    if given and not (user and len(password) >= SHORTEST_SECRET):
        raise ImproperlyConfigured(
            "NEXUS_MAIL_WEBHOOK_SECRET has to be USER:PASSWORD with a password of at "
            f"least {SHORTEST_SECRET} characters."
        )
    return given


def domain_of(sender: str) -> str:
    """The domain of a sender such as `Nexus <digest@example.org>`."""
    return parseaddr(sender)[1].rpartition("@")[2]


def signing_key(name: str) -> str:
    """An RSA key in PEM form; empty for none."""
    pem = text(name).replace("\\n", "\n")
    if not pem:
        return ""
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ImproperlyConfigured(
            f"{name} cannot be read as a private key in PEM form without a password."
        ) from error
    if not isinstance(key, RSAPrivateKey):
        raise ImproperlyConfigured(f"{name} has to be an RSA key of 2048 bits.")
    return pem


def networks(name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """A comma-separated list of networks in CIDR form."""
    raw = [part.strip() for part in text(name).split(",") if part.strip()]
    try:
        return tuple(ipaddress.ip_network(part) for part in raw)
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} has to be a comma-separated list such as 127.0.0.0/8,10.0.0.0/8; "
            f"{error}."
        ) from error


def archive_url() -> str:
    """Where copies of dead pages are asked for; empty where nobody is asked."""
    raw, parts = address("NEXUS_LINKS_ARCHIVE_URL")
    if raw and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ImproperlyConfigured(
            f"NEXUS_LINKS_ARCHIVE_URL is {raw!r}; it has to be like https://archive.org."
        )
    return raw.rstrip("/")


def base_url() -> str:
    """The address under which people reach Nexus, without a slash at its end."""
    raw, parts = address("NEXUS_BASE_URL", "http://127.0.0.1:8000")
    raw, path = raw.rstrip("/"), parts.path.rstrip("/")
    if parts.scheme not in {"http", "https"} or not parts.hostname or path:
        raise ImproperlyConfigured(
            f"NEXUS_BASE_URL is {raw!r}; it has to be like https://nexus.example.org."
        )
    return raw


def allowed_hosts(url: str) -> list[str]:
    """NEXUS_ALLOWED_HOSTS, else the base URL's host and this machine's names."""
    raw = [part.strip() for part in text("NEXUS_ALLOWED_HOSTS").split(",")]
    return [part for part in raw if part] or [
        urlsplit(url).hostname or "localhost",
        "localhost",
        "127.0.0.1",
        "[::1]",
    ]
