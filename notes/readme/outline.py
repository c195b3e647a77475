"""The sections that a new hub starts with: those of the programme's checklist."""

from __future__ import annotations

from notes.readme.model import SectionKind

INTRODUCTION = (
    "# {title}\n\n"
    "What we learn, kept by the people who learn it: technologies, concepts, "
    "challenges and how we solved them.\n\n"
)

DEFAULT_SECTIONS: tuple[tuple[int, str, SectionKind, str], ...] = (
    (1, "{title}", SectionKind.OVERVIEW, INTRODUCTION),
    *(
        (2, heading, kind, f"## {heading}\n\n")
        for heading, kind in (
            ("Key Technologies", SectionKind.TECHNOLOGY),
            ("Backend Concepts", SectionKind.CONCEPT),
            ("Challenges and Solutions", SectionKind.CHALLENGE),
            ("Best Practices", SectionKind.PRACTICE),
            ("Collaboration", SectionKind.COLLABORATION),
            ("Highlights", SectionKind.HIGHLIGHT),
        )
    ),
)
