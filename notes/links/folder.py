"""A Markdown file among the others on this machine, for the links between them."""

from __future__ import annotations

import os
from pathlib import Path

MOST_CHARACTERS = 1_000_000


class Folder:
    """The git work tree that a file is in, else its folder; nothing outside is read."""

    is_there = True

    def __init__(self, file: Path, text: str) -> None:
        file = file.resolve()
        trees = (folder for folder in file.parents if (folder / ".git").exists())
        self._root = next(trees, file.parent)
        self.path = file.relative_to(self._root).as_posix()
        self._text = text

    def has(self, path: str) -> bool:
        return self._inside(path) is not None

    def text(self, path: str) -> str:
        file = self._inside(path)
        if path == self.path:
            return self._text
        if file is None or not file.is_file():
            return ""
        with file.open(errors="replace") as lines:
            return lines.read(MOST_CHARACTERS)

    def _inside(self, path: str) -> Path | None:
        """The file or folder, unless a symbolic link takes it out of the tree."""
        try:
            real = Path(os.path.realpath(self._root / path, strict=True))
        except (OSError, ValueError):
            return None
        return real if real.is_relative_to(self._root) else None
