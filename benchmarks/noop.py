"""A Celery task that does nothing, and how long its round trip takes."""

from __future__ import annotations

import subprocess
import sys
import time

from celery import Celery

from nexus.settings import BROKER_URL

app = Celery("noop", broker=BROKER_URL, backend=BROKER_URL.replace("=0", "=3"))
app.conf.task_default_queue = "benchmark"
app.conf.worker_prefetch_multiplier = 1
app.conf.task_acks_late = True
CELERY = (sys.executable, "-m", "celery", "-A", "benchmarks.noop")


@app.task
def nothing() -> None:
    return None


def round_trips(count: int) -> list[float]:
    """Milliseconds from ``delay`` to the result, one after the other."""
    worker = subprocess.Popen(
        [
            *CELERY,
            "worker",
            "--concurrency",
            "2",
            "--loglevel",
            "ERROR",
            "-n",
            "noop@%h",
        ]
    )
    try:
        nothing.delay().get(timeout=30)
        times = []
        for _ in range(count):
            begin = time.perf_counter()
            nothing.delay().get(timeout=30)
            times.append((time.perf_counter() - begin) * 1000)
            time.sleep(0.05)
        return times
    finally:
        worker.terminate()
        worker.wait(10)
