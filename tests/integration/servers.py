"""The servers that Nexus stands on: Valkey, RabbitMQ and PostgreSQL of our own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
from redis import Redis
from redis.exceptions import RedisError

from nexus.embedded import valkey_command
from tests.conftest import needs
from tests.integration.nodes import LocalProcess, Undertaker, says

RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
POSTGRESQL = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Servers:
    """Starts each server when it is first asked for; one set for a whole test run."""

    folder: Path
    undertaker: Undertaker

    def __post_init__(self) -> None:
        self.started: dict[str, LocalProcess] = {}

    def valkey(self) -> LocalProcess:
        return self.started.get("valkey") or self._start_valkey()

    def rabbitmq(self) -> LocalProcess:
        return self.started.get("rabbitmq") or self._start_rabbitmq()

    def postgresql(self) -> LocalProcess:
        return self.started.get("postgresql") or self._start_postgresql()

    def stop(self) -> None:
        for process in reversed(self.started.values()):
            process.teardown()

    def wipe(self, broker: LocalProcess) -> None:
        """Take the broker down and let it come back without anything it knew."""
        broker.kill()
        shutil.rmtree(broker.log_path.parent / "data")
        broker.restart()

    def _add(self, process: LocalProcess) -> LocalProcess:
        self.started[process.name] = process
        process.start()
        process.ready()
        return process

    def _start_valkey(self) -> LocalProcess:
        folder = self._folder("valkey")
        path = folder / "s.sock"
        command = valkey_command(socket=path, folder=folder / "data")
        # The command makes the data folder, which `wipe` takes away.
        shell = ["sh", "-c", 'mkdir -p "$0" && exec "$@"', str(folder / "data")]
        return self._add(
            LocalProcess(
                "valkey",
                [*shell, *command],
                env={},
                folder=folder,
                undertaker=self.undertaker,
                is_ready=lambda _: answers(path),
                url=f"redis+socket://{path}?virtual_host=0",
            )
        )

    def _start_rabbitmq(self) -> LocalProcess:
        needs("rabbitmq", found=RABBITMQ.exists())
        folder, port, epmd_port = self._folder("rabbitmq"), free_port(), free_port()
        env = {
            "ERL_EPMD_PORT": str(epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "HOME": str(folder),
            "RABBITMQ_NODENAME": f"nexus-{port}@localhost",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_CONFIG_FILE": str(folder / "none"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "none.config"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "none.sh"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "-kernel inet_dist_use_interface {127,0,0,1}"
            ),
        }
        self._start_epmd(folder, env, epmd_port)
        return self._add(
            LocalProcess(
                "rabbitmq",
                [str(RABBITMQ)],
                env=env,
                folder=folder,
                undertaker=self.undertaker,
                is_ready=says("Server startup complete"),
                url=f"amqp://guest:guest@127.0.0.1:{port}//",
                ready_seconds=60,
            )
        )

    def _start_epmd(self, folder: Path, env: dict[str, str], port: int) -> None:
        """Erlang's name server as a child: RabbitMQ would leave a daemon behind."""
        self._add(
            LocalProcess(
                "epmd",
                ["epmd"],
                env=env,
                folder=folder,
                undertaker=self.undertaker,
                is_ready=lambda _: listens(port),
            )
        )

    def _start_postgresql(self) -> LocalProcess:
        needs("postgresql", found=bool(POSTGRESQL))
        folder = self._folder("postgresql")
        prefix = as_postgres(folder)
        programs, data = POSTGRESQL[-1].parent, folder / "data"
        init = ["initdb", "--auth=trust", "--username=nexus", "--no-sync", "-D"]
        subprocess.run(
            [*prefix, f"{programs}/{init[0]}", *init[1:], str(data)],
            cwd=folder,
            check=True,
            capture_output=True,
        )
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(folder),
            "fsync": "off",
            "max_connections": "60",
        }
        settings = [f"-c{name}={value}" for name, value in options.items()]
        return self._add(
            LocalProcess(
                "postgresql",
                [*prefix, f"{programs}/postgres", "-D", str(data), *settings],
                env={},
                folder=folder,
                undertaker=self.undertaker,
                is_ready=says("ready to accept connections"),
                url=f"postgres://nexus@/postgres?host={folder}",
                stop_signal=signal.SIGINT,
            )
        )

    def _folder(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir()
        return folder


def as_postgres(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: hand the folder and the process over."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "postgres", "postgres")
    user = ["--reuid=postgres", "--regid=postgres", "--init-groups"]
    return ["setpriv", *user, "--"]


def answers(path: Path) -> bool:
    try:
        with Redis(unix_socket_path=str(path), socket_timeout=1) as client:
            return bool(client.ping())
    except RedisError:
        return False


def listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def run_sql(server: LocalProcess, statement: str) -> None:
    """Run one administrative statement on a PostgreSQL server."""
    url = server.url.replace("postgres://", "postgresql://")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def temporary_folder() -> Path:
    """Short, because the path of a unix socket has at most 107 characters."""
    folder = Path(tempfile.mkdtemp(prefix="nx-"))
    folder.chmod(0o755)
    return folder
