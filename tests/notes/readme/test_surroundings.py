"""A hub's README stands among the files of its repository, here or pushed elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User

from notes import services
from notes.links.relative import look
from notes.models import Hub, Remote, Section
from notes.readme import publisher
from notes.readme.publisher import COMMITTER
from notes.readme.rebuild import repository_of
from notes.readme.surroundings import Surroundings


def commit(hub: Hub, path: str, text: str) -> str:
    revision = publisher.commit_readme(
        repository_of(hub),
        text.encode(),
        author=COMMITTER,
        message="Write",
        path=path,
        when=datetime(2026, 11, 25, tzinfo=UTC),
    )
    assert revision is not None
    return revision.commit


def verdicts(hub: Hub, *urls: str) -> list[str]:
    found = look({url: url for url in urls}, Surroundings(hub))
    return [result.verdict.value for result in found]


@pytest.fixture
def guide(hub: Hub) -> str:
    """A hub's repository with a file besides the README."""
    commit(hub, "README.md", "# Old\n")
    return commit(hub, "docs/guide.md", "# Part\n")


def test_the_files_are_those_of_the_hubs_repository(hub: Hub, guide: str) -> None:
    links = ["docs", "docs/guide.md#part", "docs/guide.md#x", "gone.md", "../hub.git"]
    assert verdicts(hub, *links) == ["alive", "alive", "dead", "dead", "unsupported"]


def test_the_readme_is_the_one_that_the_next_rebuild_writes(
    hub: Hub, guide: str, section: Section, ada: User
) -> None:
    text = services.NoteText(section=section, title="T", body='<a id="new"></a>')
    services.submit_note(hub=hub, author=ada, text=text)
    assert verdicts(hub, "#new", "#key-technologies", "#old") == [
        *("alive", "alive", "dead")
    ]


def test_with_a_remote_they_are_those_that_were_pushed(hub: Hub, guide: str) -> None:
    commit(hub, "later.md", "")
    Remote.objects.create(
        hub=hub, url="https://git.example/x", path="docs/README.md", pushed_commit=guide
    )
    assert verdicts(hub, "guide.md#part", "../docs", "../later.md", "docs") == [
        *("alive", "alive", "dead", "dead")
    ]


@pytest.mark.parametrize("pushed", ["", "0" * 40])
def test_a_remote_that_nobody_has_seen_is_not_judged(hub: Hub, pushed: str) -> None:
    remote = Remote(hub=hub, url="https://git.example/x", pushed_commit=pushed)
    remote.save()
    assert verdicts(hub, "docs/guide.md") == ["unchecked"]


def test_a_hub_without_a_repository_is_not_judged(hub: Hub) -> None:
    assert verdicts(hub, "docs/guide.md", "#key-technologies") == ["unchecked", "alive"]
