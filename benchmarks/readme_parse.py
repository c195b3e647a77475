"""Parse and render every README of a folder, against one plain markdown-it-py parse."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from notes.readme.parser import parse  # noqa: E402
from notes.readme.renderer import render  # noqa: E402

FOLDERS = (ROOT.parent / "shared" / "corpus", ROOT.parent / "shared" / "seeds")
FIXTURES = ROOT / "tests" / "notes" / "readme" / "fixtures"
ROUNDS = 9
GOAL = 2.0


def texts() -> list[str]:
    folders = [folder for folder in FOLDERS if folder.is_dir()] or [FIXTURES]
    files = sorted(path for folder in folders for path in folder.iterdir())
    return [path.read_bytes().decode() for path in files if path.is_file()]


def seconds(work: Callable[[str], object], readmes: Sequence[str]) -> float:
    start = time.perf_counter()
    for readme in readmes:
        work(readme)
    return time.perf_counter() - start


def main() -> None:
    readmes = texts()
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    plains, own = [], []
    for _ in range(ROUNDS):
        # In turns, so that a busy moment of the machine meets both.
        plains.append(seconds(markdown.parse, readmes))
        own.append(seconds(lambda readme: render(parse(readme)), readmes))
    plain, ours = min(plains), min(own)
    size = sum(len(readme.encode()) for readme in readmes) / 1000
    print(f"{len(readmes)} READMEs, {size:.0f} kB, best of {ROUNDS} rounds")
    print(f"plain markdown-it-py parse  {plain * 1000:7.1f} ms")
    print(f"our parse + render          {ours * 1000:7.1f} ms")
    print(f"ratio                       {ours / plain:7.2f}  (goal: at most {GOAL})")


if __name__ == "__main__":
    main()
