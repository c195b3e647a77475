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
ROUNDS = 7
GOAL = 2.0


def texts() -> list[str]:
    folders = [folder for folder in FOLDERS if folder.is_dir()] or [FIXTURES]
    files = sorted(path for folder in folders for path in folder.iterdir())
    return [path.read_bytes().decode() for path in files if path.is_file()]


def best_seconds(work: Callable[[str], object], readmes: Sequence[str]) -> float:
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for readme in readmes:
            work(readme)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    readmes = texts()
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    plain = best_seconds(markdown.parse, readmes)
    ours = best_seconds(lambda readme: render(parse(readme)), readmes)
    size = sum(len(readme.encode()) for readme in readmes) / 1000
    print(f"{len(readmes)} READMEs, {size:.0f} kB, best of {ROUNDS} rounds")
    print(f"plain markdown-it-py parse  {plain * 1000:7.1f} ms")
    print(f"our parse + render          {ours * 1000:7.1f} ms")
    print(f"ratio                       {ours / plain:7.2f}  (goal: at most {GOAL})")


if __name__ == "__main__":
    main()
