"""The relay's steps, on rows; what it publishes goes to a real Valkey."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.contrib.auth.models import User
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from kombu import Consumer, Queue
from kombu.exceptions import OperationalError
from redis import Redis

from notes import services
from notes.models import Event, EventKind, Hub, Job, Note
from tasks import relay
from tasks.handlers import EVENT_HANDLERS
from tasks.jobs import MAX_ATTEMPTS
from tasks.queues import EVENTS_EXCHANGE
from tasks.readme import rebuild_readme

pytestmark = pytest.mark.django_db


def submit(hub: Hub, learner: User, title: str = "A note") -> Note:
    text = services.NoteText(section=hub.sections.all()[1], title=title, body="Text.")
    return services.submit_note(hub=hub, author=learner, text=text)


def jobs_by_name() -> Counter[str]:
    return Counter(job.name for job in Job.objects.all())


def messages(queue: str) -> list[dict[str, Any]]:
    """Take every message out of a queue."""
    found = []
    with current_app.connection_for_read() as broker:
        simple = broker.SimpleQueue(current_app.amqp.queues[queue])
        with suppress(simple.Empty):
            while True:
                message = simple.get(block=False)
                message.ack()
                found.append({"headers": message.headers, "body": message.payload})
        simple.close()
    return found


class TestDispatch:
    def test_an_event_becomes_a_job_for_each_of_its_handlers(
        self, hub: Hub, learner: User
    ) -> None:
        submit(hub, learner)
        assert relay.dispatch_events() == 1
        assert jobs_by_name() == {"rebuild readme": 1, "check links": 1}
        event = Event.objects.get()
        assert event.dispatched_at is not None
        assert event.jobs.count() == 2

    def test_an_event_is_dispatched_once(self, hub: Hub, learner: User) -> None:
        submit(hub, learner)
        relay.dispatch_events()
        assert relay.dispatch_events() == 0
        assert Job.objects.count() == 2

    def test_an_event_that_nobody_reacts_to_makes_no_job(self, hub: Hub) -> None:
        Event.objects.create(kind=EventKind.LINKS_CHECKED, hub=hub)
        assert relay.dispatch_events() == 1
        assert not Job.objects.exists()

    def test_the_events_of_a_burst_share_one_rebuild(
        self, hub: Hub, learner: User
    ) -> None:
        for number in range(30):
            submit(hub, learner, f"Note {number}")
        relay.dispatch_events()
        submit(hub, learner, "One more")
        relay.dispatch_events()
        assert jobs_by_name() == {"rebuild readme": 1, "check links": 31}
        assert Job.objects.get(handler=rebuild_readme.name).events.count() == 31

    def test_a_rebuild_that_has_begun_is_not_joined_but_followed(
        self, hub: Hub, learner: User
    ) -> None:
        submit(hub, learner)
        relay.dispatch_events()
        rebuild = Job.objects.get(handler=rebuild_readme.name)
        begin(rebuild)
        rebuild.refresh_from_db()
        submit(hub, learner, "Meanwhile")
        relay.dispatch_events()
        following = Job.objects.filter(handler=rebuild_readme.name).latest("created_at")
        assert following.events.count() == 1
        assert rebuild.started_at is not None
        assert following.due_at == rebuild.started_at + rebuild_readme.spacing

    def test_a_retrying_rebuild_takes_up_what_happened_meanwhile(
        self, hub: Hub, learner: User
    ) -> None:
        submit(hub, learner)
        relay.dispatch_events()
        Job.objects.filter(handler=rebuild_readme.name).update(state="retrying")
        submit(hub, learner, "Meanwhile")
        relay.dispatch_events()
        assert jobs_by_name()["rebuild readme"] == 1

    def test_two_hubs_share_no_rebuild(self, hub: Hub, learner: User) -> None:
        other = services.create_hub(slug="other", title="Other hub")
        submit(hub, learner)
        submit(other, learner)
        relay.dispatch_events()
        rebuilds = Job.objects.filter(handler=rebuild_readme.name)
        assert {job.hub for job in rebuilds} == {hub, other}

    def test_events_beyond_one_batch_come_with_the_next_turn(self, hub: Hub) -> None:
        Event.objects.bulk_create(
            Event(kind=EventKind.LINKS_CHECKED, hub=hub) for _ in range(relay.BATCH + 5)
        )
        assert relay.dispatch_events() == relay.BATCH
        assert relay.dispatch_events() == 5


class TestDispatchOfAnything(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(
        st.lists(
            st.tuples(st.sampled_from(list(EventKind)), st.booleans()), max_size=12
        )
    )
    def test_every_event_has_exactly_one_job_per_handler(
        self, steps: list[tuple[EventKind, bool]]
    ) -> None:
        """Whatever happens, and wherever a turn of the relay falls in between."""
        hub = services.create_hub(slug="first", title="First hub")
        for kind, has_turn in steps:
            Event.objects.create(kind=kind, hub=hub)
            if has_turn:
                relay.dispatch_events()
        relay.dispatch_events()
        for event in Event.objects.all():
            names = Counter(event.jobs.values_list("handler", flat=True))
            wanted = {handler.name: 1 for handler in EVENT_HANDLERS[event.kind]}
            assert names == wanted


class TestPublish:
    def test_a_job_is_published_with_its_id_and_nothing_else(
        self, job: Job, valkey: Redis
    ) -> None:
        assert relay.publish_jobs() == 1
        (message,) = messages("links")
        assert message["headers"]["task"] == job.handler
        assert message["headers"]["id"] == str(job.id)
        assert message["body"][:2] == [[str(job.id)], {}]

    def test_a_published_job_comes_round_again_unless_it_is_done(
        self, job: Job, valkey: Redis
    ) -> None:
        relay.publish_jobs()
        job.refresh_from_db()
        wait = job.due_at - timezone.now()
        assert timedelta(seconds=50) < wait <= relay.REPUBLISH
        assert job.publications == 1
        assert relay.publish_jobs() == 0

    def test_each_publication_waits_longer_for_the_next_but_never_too_long(
        self, job: Job, valkey: Redis
    ) -> None:
        waits = []
        for _ in range(6):
            Job.objects.update(due_at=timezone.now())
            relay.publish_jobs()
            job.refresh_from_db()
            waits.append(round((job.due_at - timezone.now()).total_seconds()))
        assert waits == [60, 120, 240, 480, 900, 900]

    def test_a_job_that_is_not_due_yet_is_left_alone(self, job: Job) -> None:
        Job.objects.update(due_at=timezone.now() + timedelta(seconds=1))
        assert relay.publish_jobs() == 0

    @pytest.mark.parametrize("state", [Job.State.SUCCEEDED, Job.State.FAILED])
    def test_a_finished_job_is_never_published(self, job: Job, state: str) -> None:
        Job.objects.update(state=state)
        assert relay.publish_jobs() == 0

    def test_a_running_job_whose_lease_is_over_is_queued_and_published_again(
        self, job: Job, valkey: Redis
    ) -> None:
        begin(job)
        Job.objects.update(due_at=timezone.now() - timedelta(seconds=1))
        assert relay.publish_jobs() == 1
        job.refresh_from_db()
        assert job.state == Job.State.QUEUED

    def test_without_a_broker_the_job_stays_due_and_counts_as_unpublished(
        self, job: Job
    ) -> None:
        with pytest.raises(OperationalError):
            relay.publish_jobs()
        job.refresh_from_db()
        assert (job.state, job.publications) == (Job.State.QUEUED, 0)
        assert list(Job.objects.due(timezone.now())) == [job]

    def test_a_job_whose_workers_always_died_fails_and_says_so(self, job: Job) -> None:
        begin(job)
        Job.objects.update(due_at=timezone.now(), attempts=MAX_ATTEMPTS)
        assert relay.publish_jobs() == 0
        job.refresh_from_db()
        assert job.state == Job.State.FAILED
        assert job.error == f"Its worker died in each of {MAX_ATTEMPTS} runs."


class TestAnnounce:
    @pytest.fixture
    def consumer(self, valkey: Redis) -> Iterator[list[dict[str, Any]]]:
        """What an outside consumer of note.* gets when it looks."""
        received: list[dict[str, Any]] = []

        def receive(body: bytes, message: Any) -> None:
            received.append({"body": json.loads(body), "type": message.content_type})
            message.ack()

        queue = Queue("outside", EVENTS_EXCHANGE, routing_key="note.*", durable=False)
        broker = current_app.connection_for_read()
        with broker, Consumer(broker, [queue], callbacks=[receive]):
            relay.announce_events()
            with suppress(TimeoutError):
                while True:
                    broker.drain_events(timeout=0.3)
            yield received

    @pytest.fixture
    def facts(self, hub: Hub, learner: User) -> list[Event]:
        submit(hub, learner)
        Event.objects.create(kind=EventKind.README_PUBLISHED, hub=hub)
        submit(hub, learner, "Another")
        return list(Event.objects.all())

    def test_facts_reach_whoever_bound_a_queue_for_their_kind_in_order(
        self, facts: list[Event], consumer: list[dict[str, Any]]
    ) -> None:
        ids = [message["body"]["id"] for message in consumer]
        assert ids == [str(facts[0].pk), str(facts[2].pk)]
        assert {message["body"]["type"] for message in consumer} == {"note.submitted"}
        assert {m["type"] for m in consumer} == {"application/cloudevents+json"}

    def test_what_was_announced_is_not_announced_again(
        self, facts: list[Event], consumer: list[dict[str, Any]]
    ) -> None:
        assert not Event.objects.unannounced().exists()
        assert relay.announce_events() == 0

    def test_without_a_broker_the_facts_wait(self, facts: list[Event]) -> None:
        with pytest.raises(OperationalError):
            relay.announce_events()
        assert Event.objects.unannounced().count() == 3


def begin(job: Job) -> None:
    lease = timedelta(minutes=2)
    assert Job.objects.start(str(job.id), lease=lease, worker="w", redelivered=False)
