"""A real OpenSSH server on the loopback, as a hosting service has one for git."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

PROGRAM = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
# Where OpenSSH's unprivileged half lives when root starts the server.
SEPARATION = Path("/run/sshd")
START_SECONDS = 10.0
CONFIGURATION = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
"""


def new_key(path: Path, passphrase: str = "") -> str:
    """Make a key pair; the private half's text."""
    options = ["-q", "-t", "ed25519", "-N", passphrase, "-C", "", "-f", str(path)]
    subprocess.run(["ssh-keygen", *options], check=True)
    return path.read_text()


class SshServer:
    """Lets one key in, which may only speak git to what lies in ``served``."""

    def __init__(self, folder: Path, served: Path) -> None:
        self.folder, self.served = folder, served
        folder.mkdir()
        self.key = new_key(folder / "deploy")
        self.let_in('git shell -c "$SSH_ORIGINAL_COMMAND"')
        self.renew_host_key()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = int(listener.getsockname()[1])

    def let_in(self, command: str) -> None:
        """Have every login with the key run this command."""
        quoted = command.replace('"', '\\"')
        public = (self.folder / "deploy.pub").read_text()
        line = f'restrict,command="{quoted}" {public}'
        (self.folder / "authorized").write_text(line)

    def renew_host_key(self) -> None:
        for path in self.folder.glob("host*"):
            path.unlink()
        new_key(self.folder / "host")

    @property
    def known_hosts(self) -> str:
        return f"[127.0.0.1]:{self.port} {(self.folder / 'host.pub').read_text()}"

    @property
    def url(self) -> str:
        place = self.served / "far.git"
        return f"ssh://{getpass.getuser()}@127.0.0.1:{self.port}{place}"

    def start(self) -> None:
        if os.geteuid() == 0:
            SEPARATION.mkdir(exist_ok=True)
        configuration = self.folder / "sshd_config"
        configuration.write_text(
            CONFIGURATION.format(port=self.port, folder=self.folder)
        )
        self.log = (self.folder / "log").open("wb")
        assert PROGRAM
        command = [PROGRAM, "-D", "-e", "-f", str(configuration)]
        self.process = subprocess.Popen(command, stderr=self.log)
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError((self.folder / "log").read_text())

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        self.log.close()

    def __enter__(self) -> SshServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
