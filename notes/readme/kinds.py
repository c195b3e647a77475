"""Tells what a section is about from the words of its heading."""

from __future__ import annotations

import re

from notes.readme.model import SectionKind

# The first row that fits wins, so what people combine stands in order of weight:
# "Challenges & Solutions" before "Best Practices" before "Key Technologies".
_WORDS: dict[SectionKind, str] = {
    SectionKind.CHALLENGE: (
        r"challenges?|problems?|solutions?|obstacles?|blockers?|troubleshooting"
        r"|hurdles?|difficult(?:y|ies)|pain points?"
    ),
    SectionKind.NEXT_STEP: (
        r"next steps?|what'?s next|future|roadmap|upcoming|action plans?|to-?do"
        r"|planned|plans?"
    ),
    SectionKind.PRACTICE: (
        r"practices?|takeaways?|lessons?|tips?|insights?|growth"
        r"|reflections?|guidelines?|recommendations"
    ),
    SectionKind.COLLABORATION: (
        r"collaborat\w*|teamwork|team|communit(?:y|ies)|partnerships?|contributing"
        r"|contributors?|communication channels?"
    ),
    SectionKind.HIGHLIGHT: (
        r"highlights?|achievements?|milestones?|accomplishments?|wins?|week(?:ly)?"
        r"|outcomes?"
    ),
    SectionKind.RESOURCE: r"resources?|references?|links|reading|bibliography",
    SectionKind.TECHNOLOGY: (
        r"technolog(?:y|ies)|tech|stack|tools?|tooling|frameworks?|librar(?:y|ies)"
        r"|languages?|devops|built with"
    ),
    SectionKind.CONCEPT: (
        r"concepts?|principles|fundamentals?|learnings?|learned|topics?|theory|patterns?"
        r"|strateg(?:y|ies)|knowledge|design|programming|caching"
    ),
    SectionKind.OVERVIEW: (
        r"overview|introduction|intro|about|objectives?|goals?|purpose|summary"
        r"|background(?! (?:process|task|job|work))|why"
    ),
    SectionKind.PROJECT: r"projects?|features?|portfolio|capstone",
}
_RULES = tuple(
    (kind, re.compile(rf"\b(?:{words})\b", re.IGNORECASE))
    for kind, words in _WORDS.items()
)
INHERITED = frozenset(
    {
        SectionKind.TECHNOLOGY,
        SectionKind.CONCEPT,
        SectionKind.CHALLENGE,
        SectionKind.PRACTICE,
        SectionKind.COLLABORATION,
        SectionKind.HIGHLIGHT,
        SectionKind.NEXT_STEP,
        SectionKind.RESOURCE,
    }
)


def classify(title: str) -> SectionKind:
    """The kind of section that a heading announces; free when no word tells."""
    words = title.replace("_", " ").replace("\u2019", "'")
    for kind, rule in _RULES:
        if rule.search(words):
            return kind
    return SectionKind.FREE
