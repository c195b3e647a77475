"""`manage.py up`, warm, to the first page; and the memory of all processes together.

The reference is `python -c "import django, celery"`, which every process of Nexus pays.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.harness import start

ROUNDS = 5


def memory(pid: int) -> dict[str, float]:
    """MiB per process: proportional (shared pages divided) and resident."""
    root = psutil.Process(pid)
    rows: dict[str, float] = {}
    for process in [root, *root.children(recursive=True)]:
        info = process.memory_full_info()
        name = " ".join(process.cmdline()[-6:])[:60]
        print(f"  {info.pss / 2**20:6.1f} MiB pss {info.rss / 2**20:6.1f} rss  {name}")
        rows["pss"] = rows.get("pss", 0) + info.pss / 2**20
        rows["rss"] = rows.get("rss", 0) + info.rss / 2**20
    return rows


def import_seconds() -> float:
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import django, celery"], check=True)
    return time.perf_counter() - begin


if __name__ == "__main__":
    folder = Path(tempfile.mkdtemp(prefix="nexus-benchmark-"))
    start(folder).stop()
    times = []
    for number in range(ROUNDS):
        running = start(folder)
        times.append(running.ready_seconds)
        if number == ROUNDS - 1:
            time.sleep(10)
            total = memory(running.process.pid)
        running.stop()
    shutil.rmtree(folder)
    reference = statistics.median(import_seconds() for _ in range(ROUNDS))
    median = statistics.median(times)
    print(f"warm start to the first page: {median:.2f} s (of {ROUNDS}: {times})")
    print(f"start / importing django and celery: {median / reference:.1f}")
    print(f"memory: {total['pss']:.0f} MiB pss, {total['rss']:.0f} MiB rss")
