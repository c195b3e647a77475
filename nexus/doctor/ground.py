"""Checks of what Nexus stands on: folder, settings, git, database, broker, mail."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from urllib.parse import urlsplit

from celery import current_app
from django.conf import settings
from django.core import mail
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http.request import validate_host
from kombu.exceptions import OperationalError
from redis import Redis
from redis.exceptions import RedisError

from nexus.doctor.findings import Finding, fail, ok, one_line, warn

TIMEOUT_SECONDS = 2
MAIL_TIMEOUT_SECONDS = 5
LITTLE_SPACE_BYTES = 500 * 1024**2
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def data_folder() -> Finding:
    folder = settings.DATA_DIR
    try:
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as error:
        return fail(f"{folder}: {error.strerror}", "give its owner the right to write")
    if free < LITTLE_SPACE_BYTES:
        return warn(f"{folder} has {free // 1024**2} MB left", "make room")
    if folder.stat().st_mode & 0o077:
        return warn(f"others may look into {folder}", f"run chmod 700 {folder}")
    return ok(f"{folder}, {free / 1024**3:.1f} GB free")


def base_url() -> Finding:
    parts = urlsplit(settings.BASE_URL)
    host = parts.hostname or ""
    if not validate_host(host, settings.ALLOWED_HOSTS):
        return fail(
            f"mails link to {host}, which Nexus refuses to answer for",
            "add it to NEXUS_ALLOWED_HOSTS",
        )
    if host in LOOPBACK and settings.EMAIL_HOST:
        return warn(
            f"mails link to {settings.BASE_URL}, which works on this machine only",
            "set NEXUS_BASE_URL to the address that people use",
        )
    if host not in LOOPBACK and parts.scheme != "https":
        return warn(
            f"{settings.BASE_URL} carries passwords in clear",
            "put a proxy with TLS in front and set NEXUS_BASE_URL to https://...",
        )
    return ok(settings.BASE_URL)


def debug() -> Finding:
    if settings.DEBUG:
        return warn("errors show their source in the browser", "unset NEXUS_DEBUG")
    return ok("off")


def git_program() -> Finding:
    path = shutil.which("git")
    if path is None:
        return fail("not found", "install git 2.31 or newer")
    done = subprocess.run(
        [path, "--version"], capture_output=True, text=True, check=False
    )
    return ok(done.stdout.strip())


def database() -> Finding:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return fail(one_line(error), "start the database or correct DATABASE_URL")
    return ok(f"{connection.vendor} {connection.settings_dict['HOST']}".rstrip())


def migrations() -> Finding:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        return fail(f"{len(plan)} not applied", "run manage.py prepare")
    return ok("all applied")


def cache() -> Finding:
    url = str(settings.CACHES["default"]["LOCATION"])
    try:
        with Redis.from_url(
            url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
        ) as client:
            client.set("nexus-doctor", "1", ex=TIMEOUT_SECONDS)
    except (RedisError, OSError) as error:
        return fail(one_line(error), "start it or correct NEXUS_CACHE_URL")
    return ok("takes a value")


def broker() -> Finding:
    with current_app.connection_for_write(connect_timeout=TIMEOUT_SECONDS) as link:
        errors: tuple[type[BaseException], ...] = (
            OperationalError,
            *link.connection_errors,
            *link.channel_errors,
        )
        try:
            link.ensure_connection(max_retries=1, interval_start=0)
        except errors as error:
            return fail(
                f"{link.as_uri()}: {one_line(error)}",
                "start it or correct NEXUS_BROKER_URL; submissions wait meanwhile",
            )
        return ok(link.as_uri())


def mail_server() -> Finding:
    if not settings.EMAIL_HOST:
        return warn(
            f"each mail becomes a file in {settings.EMAIL_FILE_PATH}, nobody gets it",
            "set EMAIL_URL to send",
        )
    server = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    sender = mail.get_connection(timeout=MAIL_TIMEOUT_SECONDS)
    try:
        sender.open()
        sender.close()
    except OSError as error:  # smtplib's own errors are of this kind
        return fail(f"{server}: {one_line(error)}", "correct EMAIL_URL")
    return ok(f"{server} lets us in")
