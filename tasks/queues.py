"""Every queue and exchange of Nexus, declared by name.

One queue per subject, so that a flood of link checks never delays a README. RabbitMQ
gets quorum queues on a topic exchange: with a direct one a delayed task holds back
every task behind it.
"""

from __future__ import annotations

from typing import Any

from kombu import Exchange, Queue

SUBJECTS = ("readme", "links", "digests", "clock", "housekeeping")

JOBS_EXCHANGE = Exchange("nexus.jobs", type="topic", durable=True)
EVENTS_EXCHANGE = Exchange("nexus.events", type="topic", durable=True)


def route(name: str, *_: Any, **__: Any) -> dict[str, str] | None:
    """A task's queue is the module that it stands in: tasks.links.* goes to links."""
    package, *rest = name.split(".")
    is_ours = package == "tasks" and rest[0] in SUBJECTS
    return {"queue": rest[0]} if is_ours else None


def task_queues(*, quorum: bool) -> list[Queue]:
    """One durable queue per subject; the routing key is the queue's name."""
    arguments = {"x-queue-type": "quorum"} if quorum else None
    return [
        Queue(name, JOBS_EXCHANGE, routing_key=name, queue_arguments=arguments)
        for name in SUBJECTS
    ]
