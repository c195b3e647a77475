"""Ends Nexus's processes when their supervisor was killed and could not do it.

Run as `python nexus/lifeline.py`: reads `+PID` and `-PID` lines, the process groups to
watch over, from its standard input. The end of the input means that the supervisor is
gone. It inherits the supervisor's lock, so that nobody starts a second Nexus in the
same folder before the last process of the first has ended.
"""

from __future__ import annotations

import os
import signal
import sys
import time

GRACE_SECONDS = 8.0


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: dict[int, None] = {}
    for line in sys.stdin:
        pid = int(line[1:])
        if line.startswith("+"):
            groups[pid] = None
        else:
            groups.pop(pid, None)
    end(list(groups))


def end(groups: list[int]) -> None:
    """Ask each group to end, and make sure after GRACE_SECONDS."""
    left = [pid for pid in groups if signal_group(pid, signal.SIGTERM)]
    deadline = time.monotonic() + GRACE_SECONDS
    while left and time.monotonic() < deadline:
        time.sleep(0.1)
        left = [pid for pid in left if signal_group(pid, 0)]
    for pid in left:
        signal_group(pid, signal.SIGKILL)


def signal_group(pid: int, number: int) -> bool:
    """Whether the group still had a process to signal."""
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    main()
