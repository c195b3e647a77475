"""The queues and exchanges, as both brokers get them."""

from __future__ import annotations

import pytest
from celery import current_app

from tasks import queues


@pytest.mark.parametrize("quorum", [True, False])
def test_there_is_one_durable_queue_per_subject_on_a_topic_exchange(
    quorum: bool,
) -> None:
    declared = queues.task_queues(quorum=quorum)
    assert [queue.name for queue in declared] == list(queues.SUBJECTS)
    for queue in declared:
        assert queue.durable
        assert queue.routing_key == queue.name
        assert queue.exchange.type == "topic"


def test_rabbitmq_gets_quorum_queues() -> None:
    for queue in queues.task_queues(quorum=True):
        assert queue.queue_arguments == {"x-queue-type": "quorum"}


def test_redis_gets_no_argument_that_it_does_not_know() -> None:
    assert not any(q.queue_arguments for q in queues.task_queues(quorum=False))


def test_events_go_to_a_durable_topic_exchange() -> None:
    exchange = queues.EVENTS_EXCHANGE
    assert (exchange.name, exchange.type, exchange.durable) == (
        "nexus.events",
        "topic",
        True,
    )


@pytest.mark.parametrize("subject", queues.SUBJECTS)
def test_a_task_goes_to_the_queue_of_the_module_that_it_stands_in(subject: str) -> None:
    route = current_app.amqp.router.route({}, f"tasks.{subject}.do_it")
    assert route["queue"].name == subject
    assert route["queue"].routing_key == subject


@pytest.mark.parametrize("name", ["celery.backend_cleanup", "other.links.x"])
def test_a_task_of_somebody_else_is_not_routed_by_its_name(name: str) -> None:
    assert queues.route(name) is None
