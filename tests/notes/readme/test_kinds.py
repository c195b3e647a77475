"""The kind of a section is told by its heading."""

from __future__ import annotations

import pytest

from notes.readme.kinds import classify
from notes.readme.model import SectionKind


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("🛠 Key Technologies Covered", "technology"),
        ("1. TECH STACK", "technology"),
        ("Technologies & Tools", "technology"),
        ("🧩 Important Backend Development Concepts", "concept"),
        ("Major Learnings", "concept"),
        ("Backend Concepts & Principles", "concept"),
        ("⚔️ Challenges Faced and Solutions Implemented", "challenge"),
        ("Challenge 3: Docker", "challenge"),
        ("Best Practices & Personal Takeaways", "practice"),
        ("Lessons", "practice"),
        ("Collaboration Highlights", "collaboration"),
        ("🤝 Team", "collaboration"),
        ("First Week Highlights", "highlight"),
        ("📈 Next Steps", "next_step"),
        ("What’s next?", "next_step"),
        ("Future Learning Goals", "next_step"),
        ("Learning Resources", "resource"),
        ("References to Past Work", "resource"),
        ("Project Overview", "overview"),
        ("Overview of the Programme", "overview"),
        ("Projects", "project"),
        ("License", "free"),
        ("Background", "overview"),
        ("Background Tasks & Message Queues", "free"),
        ("Communication & Queues", "free"),
        ("Our Communication Channels", "collaboration"),
        ("Recommendations", "practice"),
        ("Movie Recommendation Service", "free"),
        ("", "free"),
    ],
)
def test_headings_name_their_kind(title: str, kind: str) -> None:
    assert classify(title) is SectionKind(kind)


def test_words_within_words_do_not_count() -> None:
    assert classify("Apprentices and steamships") is SectionKind.FREE
