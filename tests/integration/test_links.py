"""A batch of links is finished whoever dies, and nothing in it is checked twice."""

from __future__ import annotations

from collections import Counter

from notes import services
from notes.models import Event, EventKind, Job, Link, LinkCheck
from tests.integration.hubs import Nexus
from tests.integration.nodes import until
from tests.integration.people import WebSite

LINKS = 300
AT_ONCE = 8


def test_a_batch_whose_worker_was_killed_is_finished_and_nothing_checked_twice(
    nexus: Nexus, site: WebSite
) -> None:
    lines = "".join(f"- {site.address}/paced/{n}\n" for n in range(LINKS))
    services.import_readme(hub=nexus.hub, text=f"# Links\n\n{lines}")
    links = Link.objects.filter(url__startswith=site.address)
    until(lambda: links.exclude(checked_at=None).exists(), what="the first results")
    nexus.worker_node.kill()
    kept = set(links.exclude(checked_at=None).values_list("url", flat=True))
    assert len(kept) < LINKS
    nexus.worker_node.restart()
    nexus.settle(seconds=60)

    assert LinkCheck.objects.filter(link__in=links).count() == LINKS
    assert not links.exclude(verdict="alive").exists()
    asked = Counter(site.requests)
    assert {asked[url.removeprefix(site.address)] for url in kept} == {1}
    # What was asked for in the last second before the kill had not been kept yet.
    assert asked.total() <= 2 * LINKS - len(kept)
    states = {job.state for job in nexus.jobs(handler="tasks.links.recheck_links")}
    assert states == {Job.State.SUCCEEDED}


def test_two_workers_share_a_hub_and_fetch_each_link_once(
    nexus: Nexus, site: WebSite
) -> None:
    installation = nexus.installation
    name = f"worker-{nexus.hub.pk}"
    command = [*installation.worker._command, "--hostname", f"{name}@%h"]
    installation.another(name, command)
    for number in range(6):
        nexus.submit_in_process(f"Note {number}", f"<{site.address}/paced/{number}>")
    lines = "".join(f"- {site.address}/paced/{n}\n" for n in range(LINKS))
    services.import_readme(hub=nexus.hub, text=f"# Links\n\n{lines}")
    nexus.settle(seconds=60)

    assert Counter(site.requests).most_common(1)[0][1] == 1
    assert len(site.requests) == LINKS
    checked = Event.objects.filter(hub=nexus.hub, kind=EventKind.LINKS_CHECKED)
    assert checked.exists()
