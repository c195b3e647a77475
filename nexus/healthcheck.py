"""What Docker runs to learn whether a container is well: exit 0 or 1.

Run as a file, `python nexus/healthcheck.py web|flower|heartbeat`, so that it loads
nothing of Nexus: it costs 50 ms, not the second that Django and Celery take.
"""

from __future__ import annotations

import http.client
import os
import socket
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

ADDRESS = "127.0.0.1:8000"  # where docker-compose.yml lets it listen
TIMEOUT_SECONDS = 4
OLDEST_HEARTBEAT_SECONDS = 60


def web() -> bool:
    base_url = urlsplit(os.environ.get("NEXUS_BASE_URL", ""))
    connection = http.client.HTTPConnection(ADDRESS, timeout=TIMEOUT_SECONDS)
    return answers(connection, "/healthz", host=base_url.hostname or "localhost")


def flower() -> bool:
    connection = http.client.HTTPConnection("flower")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(TIMEOUT_SECONDS)
    connection.sock.connect(os.environ["NEXUS_FLOWER_SOCKET"])
    return answers(connection, "/flower/healthcheck", host="flower")


def answers(connection: http.client.HTTPConnection, path: str, *, host: str) -> bool:
    connection.request("GET", path, headers={"Host": host})
    return connection.getresponse().status == http.client.OK


def heartbeat() -> bool:
    file = Path(os.environ["NEXUS_HEARTBEAT_FILE"])
    return time.time() - file.stat().st_mtime < OLDEST_HEARTBEAT_SECONDS


CHECKS = {"web": web, "flower": flower, "heartbeat": heartbeat}

if __name__ == "__main__":
    try:
        is_well = CHECKS[sys.argv[1]]()
    except OSError as error:
        sys.exit(f"{sys.argv[1]}: {error}")
    sys.exit(not is_well)
