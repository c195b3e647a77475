"""A checker in a process of its own, as a worker is: `python -m ... CACHE_URL`.

Reads links from standard input and prints one verdict per line.
"""

from __future__ import annotations

import sys

from notes.links.batches import check_in_batches
from notes.links.shared_hosts import SharedHosts
from tests.notes.links.zoo import policy

PER_HOST = 4

if __name__ == "__main__":
    links = sys.stdin.read().split()
    hosts = SharedHosts(PER_HOST, url=sys.argv[1])
    bounds = policy(per_host=PER_HOST)
    for batch in check_in_batches(links, policy=bounds, hosts=hosts):
        for result in batch:
            print(result.verdict)
