"""Checks of Nexus at work: READMEs, relay, jobs, worker, beat, Flower."""

from __future__ import annotations

import http.client
from datetime import datetime, timedelta

from celery import current_app
from django.conf import settings
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from nexus import flower
from nexus.doctor.findings import Finding, fail, in_words, ok, one_line, warn
from notes.models import Event, Hub, Job
from notes.readme import publisher
from notes.readme.git import PublishError
from notes.readme.rebuild import repository_of
from tasks.queues import SUBJECTS
from tasks.schedule import SCHEDULE

TIMEOUT_SECONDS = 2
LONGEST_LAG = timedelta(seconds=30)
LONGEST_OVERDUE = timedelta(minutes=1)
# Beat writes the moments of its ticks into the database every three minutes.
LATEST_TICK = timedelta(minutes=10)
MANY_PUBLICATIONS = 3


def repositories() -> Finding:
    """Each README that was published is still there."""
    broken = [hub.slug for hub in Hub.objects.exclude(readme__commit="") if gone(hub)]
    if broken:
        return fail(
            f"no README in the git repository of {', '.join(broken)}",
            f"restore {settings.NEXUS_REPOSITORIES} from the backup, or move the "
            "broken one away and edit a note of the hub: it is built anew",
        )
    return ok(f"every README is in {settings.NEXUS_REPOSITORIES}")


def gone(hub: Hub) -> bool:
    try:
        return publisher.head(repository_of(hub)) is None
    except PublishError:
        return True


def relay() -> Finding:
    oldest = Event.objects.undispatched().first()
    lag = timezone.now() - oldest.recorded_at if oldest else timedelta(0)
    if lag > LONGEST_LAG:
        return fail(
            f"an event waits for {in_words(lag)}",
            "start manage.py relay or read its log",
        )
    return ok("no event waits" if oldest is None else f"{in_words(lag)} behind")


def jobs() -> Finding:
    overdue = Job.objects.due(timezone.now() - LONGEST_OVERDUE).count()
    if overdue:
        return fail(
            f"{overdue} due for over {in_words(LONGEST_OVERDUE)} and not published",
            "look at the relay's log; is the broker there?",
        )
    stuck = Job.objects.waiting().filter(publications__gte=MANY_PUBLICATIONS).count()
    if stuck:
        return warn(
            f"{stuck} published {MANY_PUBLICATIONS} times and never begun",
            "start more workers",
        )
    failed = Job.objects.failed().count()
    if failed:
        return warn(f"{failed} failed", f"see {settings.BASE_URL}/jobs/ and run again")
    return ok(f"{Job.objects.unfinished().count()} unfinished, none overdue")


def worker() -> Finding:
    """Asked over the broker, as Flower does it: who takes from which queue?"""
    with current_app.connection_for_write() as link:
        inspect = current_app.control.inspect(timeout=TIMEOUT_SECONDS, connection=link)
        replies = inspect.active_queues() or {}
    served = {queue["name"] for queues in replies.values() for queue in queues}
    if not replies:
        return fail("none answers", "start celery -A nexus worker or read its log")
    idle = [name for name in SUBJECTS if name not in served]
    if idle:
        return fail(
            f"nobody takes from the queues {', '.join(idle)}",
            "start a worker that does, see its --queues",
        )
    return ok(", ".join(sorted(replies)))


def beat() -> Finding:
    ticks = {task.name: task for task in PeriodicTask.objects.filter(task__gt="")}
    missing = [tick.name for tick in SCHEDULE if tick.name not in ticks]
    if missing:
        return warn(f"not scheduled: {', '.join(missing)}", "run manage.py prepare")
    enabled = [task for task in ticks.values() if task.enabled]
    if not enabled:
        return warn(
            "every periodic task is switched off", "switch them on in the admin"
        )
    latest = max(lateness(task) for task in enabled)
    if latest > LATEST_TICK:
        return fail(
            f"a tick is {in_words(latest)} late",
            "start celery -A nexus beat or read its log",
        )
    return ok(f"{len(enabled)} periodic tasks, none late")


def lateness(task: PeriodicTask) -> timedelta:
    """How long ago the task should have run; less than nothing when it is not due."""
    last_run_at: datetime = task.last_run_at or task.date_changed
    remaining: timedelta = task.schedule.remaining_estimate(last_run_at)
    return -remaining


def flower_socket() -> Finding:
    link = flower.connect(settings.NEXUS_FLOWER_SOCKET)
    link.timeout = TIMEOUT_SECONDS
    try:
        link.request("GET", "/flower/healthcheck")
        status = link.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return warn(
            f"{settings.NEXUS_FLOWER_SOCKET}: {one_line(error)}",
            "start celery -A nexus flower; nothing but its own pages needs it",
        )
    finally:
        link.close()
    if status != http.client.OK:
        return warn(f"answers with status {status}", "read its log")
    return ok(settings.NEXUS_FLOWER_SOCKET)
