"""How many mails may leave in a second, altogether and to a domain.

The cache counts, so the limits hold for all workers together. Without limits nothing
is counted.
"""

from __future__ import annotations

import time

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from notes.errors import TransientError

KEPT_SECONDS = 5
ALL = "all"


def may_leave(domain: str) -> bool:
    """Count one mail to a domain; False when this second has no room for it."""
    return _counted(ALL, settings.NEXUS_MAIL_PER_SECOND) and _counted(
        f"to:{domain}", settings.NEXUS_MAIL_DOMAIN_PER_SECOND
    )


def is_full() -> bool:
    """Whether no mail to whomever may leave in this second."""
    limit = settings.NEXUS_MAIL_PER_SECOND
    return bool(limit) and cache.get(_key(ALL, limit), 0) >= limit


def _counted(name: str, limit: float) -> bool:
    if not limit:
        return True
    key = _key(name, limit)
    try:
        cache.add(key, 0, KEPT_SECONDS + _span(limit))
        return bool(cache.incr(key) <= max(1, limit))
    except (RedisError, OSError) as error:
        raise TransientError(
            f"The cache that counts mails is away ({error})."
        ) from error


def _key(name: str, limit: float) -> str:
    return f"mail:{name}:{int(time.time() / _span(limit))}"


def _span(limit: float) -> int:
    """A second, or with a limit below one the seconds in which one mail may leave."""
    return max(1, round(1 / limit))
