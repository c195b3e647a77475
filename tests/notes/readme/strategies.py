"""Markdown put together from the pieces that READMEs are made of, and hostile text."""

from __future__ import annotations

from hypothesis import strategies as st

from notes.readme.model import Draft

WORDS = st.sampled_from(
    ["Redis", "a cache", "`async`", "N+1", "**bold** move", "x_y", "C#", "ä – ö", "🐍"]
)
SENTENCE = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
LEADS = st.sampled_from(
    ["**{}**: ", "**{}:** ", "**{}** – ", "**{}** - ", "{} – ", "*{}*: ", "__{}__: "]
)
TERMS = st.sampled_from(
    ["Python", "CI/CD", "`pytest`", "Django REST Framework", "🐍 X"]
)
LED = st.builds(
    lambda lead, term, text: lead.format(term) + text, LEADS, TERMS, SENTENCE
)
TEXTS = st.one_of(SENTENCE, LED)
MARKERS = st.sampled_from(
    ["- ", "* ", "+ ", "1. ", "3. ", "1) ", "-   ", "- [ ] ", "- [x] "]
)


def _item(marker: str, text: str, children: str, tail: str) -> str:
    pad = " " * len(marker.split("[", 1)[0])
    lines = [marker + text + tail]
    lines += [pad + line if line else "" for line in children.split("\n") if children]
    return "\n".join(lines)


CHILDREN = st.sampled_from(
    [
        "",
        "",
        "",
        "more words",
        "\nnew paragraph",
        "- child\n  - grandchild",
        "```py\ncode\n```",
        "**Solution:** did it",
        "- **Solution**: did it",
    ]
)
ITEM = st.builds(_item, MARKERS, TEXTS, CHILDREN, st.sampled_from(["", "", "  ", "\\"]))


def _list(marker: str, texts: list[str], children: list[str], gap: str) -> str:
    bullets = [
        f"{at + int(marker[:-2])}{marker[-2:]}" if marker[0].isdigit() else marker
        for at in range(len(texts))
    ]
    pairs = zip(bullets, texts, children, strict=False)
    return gap.join(_item(bullet, text, child, "") for bullet, text, child in pairs)


LIST = st.builds(
    _list,
    MARKERS,
    st.lists(TEXTS, min_size=1, max_size=4),
    st.lists(CHILDREN, min_size=4, max_size=4),
    st.sampled_from(["\n", "\n\n", "\n  \n"]),
)
CHALLENGES = st.sampled_from(
    [
        "- **Challenge**: slow\n  - **Solution**: cache",
        "- **Challenge:** slow\n- **Solution:** cache\n- **Problem:** b\n- **Fix:** c",
        "1. **Slow queries**  \n   **Problem**: n+1  \n   **Solution**: join",
        "**Challenge:** slow\n**Solution:** cache",
        "**Problem:** slow\n\n**Solution:**\n- cache\n- index",
        "- slow → cached\n- flaky → pinned",
        "| Challenge | Solution |\n|---|---|\n| slow | cache |\n| flaky | pin |",
        (
            "### Challenge 1: Slow\n**Problem:** n+1  \n**Solution:** join\n\n---\n\n"
            "### Challenge 2: Flaky\n**Problem:** net  \n**Solution:** pin"
        ),
    ]
)
OTHERS = st.sampled_from(
    [
        "---",
        "A paragraph\nof two lines.",
        "\nAn underlined heading\n===",
        "✅ one\n✅ two",
        "⦁\tone\n⦁\ttwo",
        "• lone",
        "```\nopen fence",
        "~~~js\ncode\n~~~",
        "<div>\n<b>x",
        "<!-- open comment",
        "<details>\n\n- inside\n\n</details>",
        "| a | b |\n|---|:-:|\n| 1 | `x\\|y` |\n| 2",
        "> - quoted\n> # head",
        "    indented code",
        "[ref]: http://example.com 'T'",
        "<<<<<<< HEAD\n- mine\n=======\n- theirs\n>>>>>>> branch",
        "- [Intro](#intro)\n- [End](#end)",
        "-",
        "1.",
        "\t- tabbed",
        "\0\x0b\x0c\u2028",
        "lazy\n- item\nlazy",
    ]
)
TITLES = st.sampled_from(
    [
        "Overview",
        "🛠 Key Technologies",
        "Challenges & Solutions",
        "**Best** practices",
        "",
        "x",
    ]
)
HEADING = st.builds(
    lambda marks, title: f"{marks} {title}".rstrip(),
    st.sampled_from(["#", "##", "##", "###", "####"]),
    TITLES,
)
BLOCK = st.one_of(HEADING, LIST, LIST, CHALLENGES, OTHERS, ITEM, TEXTS)


def _text(blocks: list[str], gaps: list[str], end: str, mark: str, ending: str) -> str:
    text = "".join(block + gap for block, gap in zip(blocks, gaps, strict=False))
    return mark + (text.rstrip("\n") + end).replace("\n", ending)


MARKDOWN = st.builds(
    _text,
    st.lists(BLOCK, max_size=8),
    st.lists(st.sampled_from(["\n\n", "\n\n", "\n", "\n\n\n"]), min_size=8, max_size=8),
    st.sampled_from(["\n", "", "\n\n"]),
    st.sampled_from(["", "", "\ufeff"]),
    st.sampled_from(["\n", "\n", "\r\n", "\r"]),
)
ANY_TEXT = st.text(
    st.one_of(
        st.sampled_from("\r\n\t -*+#>`~|=_[]()!<&:.1239\\\ufeff\0\u2028"),
        st.characters(),
    ),
    max_size=80,
)
BODIES = st.one_of(
    TEXTS,
    st.lists(BLOCK, min_size=1, max_size=3).map("\n\n".join),
    st.lists(OTHERS, min_size=1, max_size=3).map("\n".join),
    ANY_TEXT,
)
TITLE_TEXTS = st.one_of(TERMS, SENTENCE, ANY_TEXT).filter(lambda text: text.strip())
DRAFTS = st.one_of(
    st.builds(Draft, TITLE_TEXTS, BODIES),
    st.builds(Draft, TITLE_TEXTS, st.just(""), BODIES, BODIES),
)
