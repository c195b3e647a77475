"""A hub's README among the files of its repository, for the links between them."""

from __future__ import annotations

from functools import cached_property

from notes.models import Hub, Remote
from notes.readme import assembly, publisher
from notes.readme.rebuild import repository_of


class Surroundings:
    """Read when the first link asks: the README as it will be, the files as pushed.

    Where the hub has a remote, the files are those around the README there.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        remote = Remote.objects.filter(hub=hub).first()
        self.path = remote.path if remote else publisher.README
        self._commit = remote.pushed_commit if remote else publisher.BRANCH

    @cached_property
    def is_there(self) -> bool:
        return bool(self._commit) and bool(self._paths)

    def has(self, path: str) -> bool:
        return path == "." or path in self._paths

    def text(self, path: str) -> str:
        if path == self.path:
            return assembly.text_with(self._hub)
        data = publisher.read_readme(
            repository_of(self._hub), revision=self._commit, path=path
        )
        return (data or b"").decode(errors="replace")

    @cached_property
    def _paths(self) -> frozenset[str]:
        return publisher.paths(repository_of(self._hub), self._commit)
