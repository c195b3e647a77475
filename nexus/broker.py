"""What differs between the two brokers, RabbitMQ and Redis/Valkey."""

from __future__ import annotations

from typing import Any


def is_rabbitmq(url: str) -> bool:
    return url.startswith("amqp")


def transport_options(url: str) -> dict[str, Any]:
    """Bounded waits, so that a frozen broker costs its caller seconds, not hours.

    RabbitMQ confirms each publish: without confirms a killed broker loses tasks that
    ``.delay()`` reported as sent. Redis gives back what a dead worker held after
    ``visibility_timeout``, which has to stay above the longest task.
    """
    if is_rabbitmq(url):
        return {"confirm_publish": True, "confirm_timeout": 2, "max_retries": 1}
    return {
        "visibility_timeout": 600,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_timeout": 2,
        "socket_connect_timeout": 1,
        "socket_keepalive": True,
        "max_retries": 1,
    }
