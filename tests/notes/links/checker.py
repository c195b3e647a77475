"""A checker in a process of its own, as a worker is: `python -m ... CACHE_URL`.

Reads links from standard input and prints one verdict per line.
"""

from __future__ import annotations

import sys

from notes.links.check import check_now
from notes.links.shared_hosts import SharedHosts
from tests.notes.links.zoo import policy

PER_HOST = 4

if __name__ == "__main__":
    links = sys.stdin.read().split()
    hosts = SharedHosts(PER_HOST, url=sys.argv[1])
    for result in check_now(links, policy=policy(per_host=PER_HOST), hosts=hosts):
        print(result.verdict)
