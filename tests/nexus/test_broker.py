"""What differs between the two brokers."""

from __future__ import annotations

import pytest
from django.conf import settings

from nexus import broker
from tasks.jobs import TIME_LIMIT_SECONDS

REDIS = ("redis://h:6379/0", "rediss://h:6379/0", "redis+socket:///s?virtual_host=0")


@pytest.mark.parametrize("url", ["amqp://h//", "amqps://h//"])
def test_rabbitmq_is_told_by_its_address(url: str) -> None:
    assert broker.is_rabbitmq(url)


@pytest.mark.parametrize("url", REDIS)
def test_redis_and_valkey_are_no_rabbitmq(url: str) -> None:
    assert not broker.is_rabbitmq(url)


def test_rabbitmq_confirms_what_it_took_within_seconds() -> None:
    options = broker.transport_options("amqp://h//")
    assert options["confirm_publish"]
    assert options["confirm_timeout"] <= 5


@pytest.mark.parametrize("url", REDIS)
def test_redis_redelivers_only_what_no_task_can_still_be_working_on(url: str) -> None:
    options = broker.transport_options(url)
    assert options["visibility_timeout"] > TIME_LIMIT_SECONDS
    assert settings.CELERY_TASK_TIME_LIMIT <= TIME_LIMIT_SECONDS


@pytest.mark.parametrize("url", ["amqp://h//", *REDIS])
def test_no_publication_waits_for_ever(url: str) -> None:
    assert broker.transport_options(url)["max_retries"] == 1
    assert settings.CELERY_BROKER_CONNECTION_TIMEOUT <= 5
