"""Relative links are judged by the README and its repository, nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notes.links.extract import links
from notes.links.relative import as_written, in_hub, is_relative, look
from tests.conftest import SHARED

README = "# One Two\n\n## \u00dcber uns\n\n<a name='Old'></a>\n\n## One Two\n"
REAL_READMES = sorted([*SHARED.glob("seeds/*"), *SHARED.glob("corpus/*.md")])


class Repository:
    """Files in memory that note which of them were asked for."""

    def __init__(self, path: str = "README.md", *, is_there: bool = True) -> None:
        self.path, self.is_there = path, is_there
        self.files = {path: README, "docs/a.md": "# Part\n", "src/x.py": ""}
        self.asked: list[str] = []

    def has(self, path: str) -> bool:
        self.asked.append(path)
        folders = {name.rpartition("/")[0] or "." for name in self.files}
        return path in self.files or path in folders

    def text(self, path: str) -> str:
        return self.files[path]


def verdict(url: str, around: Repository | None = None) -> str:
    (result,) = look({"name": url}, around or Repository())
    assert result.url == "name"
    assert result.reason.endswith(".")
    return result.verdict


@pytest.mark.parametrize(
    "url",
    [
        *("#one-two", "#one-two-1", "#One-Two", "#user-content-one-two", "#Old"),
        *("#%C3%BCber-uns", "#\u00fcber-uns", "#", "#top", "#one-two:~:text=x"),
        *("README.md", "./README.md#one-two", "docs/../README.md", "/README.md"),
        *("docs/a.md", "docs/a.md#part", "docs/a.md?plain=1#part", "docs%2Fa.md"),
        *("docs", "docs/", ".", "/", "src/x.py#L10", "src/x.py#main", " docs/a.md "),
    ],
)
def test_what_is_there_is_alive(url: str) -> None:
    assert verdict(url) == "alive"


@pytest.mark.parametrize(
    "url",
    [
        *("#three", "#one-two-2", "#one", "#user-content-three", "", " "),
        *("a.md", "docs/a.md#missing", "docs/b.md", "Docs/a.md", "README.md#x", "a\0b"),
    ],
)
def test_what_is_not_there_is_dead(url: str) -> None:
    assert verdict(url) == "dead"


@pytest.mark.parametrize(
    "url", ["../x", "..", "docs/../../x", "/../x", "%2e%2e/x", "..%2Fx", "../../issues"]
)
def test_what_leads_out_of_the_repository_is_not_looked_for(url: str) -> None:
    around = Repository()
    assert verdict(url, around) == "unsupported"
    assert around.asked == []


def test_a_readme_in_a_folder_has_its_links_from_there() -> None:
    around = Repository("docs/README.md")
    alive = ["a.md", "../docs/a.md", "/docs/a.md", "#one-two", "README.md"]
    assert {verdict(url, around) for url in alive} == {"alive"}
    assert verdict("docs/a.md", around) == "dead"
    assert verdict("../../x", around) == "unsupported"


def test_files_that_cannot_be_looked_at_from_here_are_no_failure() -> None:
    around = Repository(is_there=False)
    assert verdict("docs/a.md", around) == "unchecked"
    assert verdict("#three", around) == "dead"
    assert around.asked == []


@pytest.mark.parametrize("url", ["http://x", "mailto:a", "x:", "//host/x", "HTTPS:x"])
def test_links_to_elsewhere_are_not_relative(url: str) -> None:
    assert not is_relative(url)


SEGMENTS = ["..", ".", "", "a", "docs", "%2e%2e", "\\..", "%2F", "~", "\0"]


@given(st.lists(st.sampled_from(SEGMENTS), max_size=8).map("/".join))
def test_no_path_leads_out(path: str) -> None:
    around = Repository()
    verdict(path, around)
    for asked in around.asked:
        assert not asked.startswith(("/", "../"))
        assert "/../" not in asked


@example("0\r/", 1)
@example("./ a", 1)
@example("/..", 1)
@given(st.text(max_size=30).filter(is_relative), st.integers(1, 99))
def test_a_hubs_form_of_a_link_is_stable_and_tells_how_it_was_written(
    url: str, hub: int
) -> None:
    own = in_hub(url, hub)
    assert is_relative(own)
    assert in_hub(as_written(own), hub) == own
    assert verdict(as_written(own)) == verdict(url)


@pytest.mark.skipif(not REAL_READMES, reason="the real READMEs are not here")
@pytest.mark.parametrize("path", REAL_READMES, ids=lambda path: path.stem)
def test_the_contents_of_real_readmes_lead_somewhere(path) -> None:
    around = Repository()
    around.files["README.md"] = text = path.read_bytes().decode()
    fragments = {link.url for link in links(text) if link.url.startswith("#")}
    dead = {url for url in fragments if verdict(url, around) == "dead"}
    # One README links to two headings that GitHub gives other anchors, or none.
    assert dead <= {"#-tech-stack", "#-author"}
