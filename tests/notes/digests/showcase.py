"""A week with something of everything in it, as mails and pages have to show it."""

from __future__ import annotations

from django.utils import timezone

from notes.models import Hub, Link
from notes.readme.model import SectionKind
from tests.notes.digests.weeks import add_note, break_link, make_hub, publish_week

LONG_URL = f"https://example.org/{'a-long-way-down/' * 8}index.html"
PAGE = "https://docs.example.org/guide"
CODE = "```python\n@shared_task\ndef rebuild(hub_id: int) -> None: ...\n```"
TABLE = "| what | when |\n| --- | --- |\n| the row | now |\n| the message | later |"


def make_showcase(slug: str = "showcase") -> Hub:
    """Notes, a table, code, a quote, challenges, bad links; week 47 composed."""
    hub = make_hub(slug, "Backend hub of the winter term")
    add_note(
        hub,
        "Celery",
        body=f"Runs *tasks* outside the request.\n\n{CODE}\n\n- late\n- twice",
        tags=("python", "celery"),
    )
    add_note(
        hub,
        "Transactional outbox",
        kind=SectionKind.CONCEPT,
        by="grace",
        body=f"> The change and its event, or neither.\n\n{TABLE}",
        tags=("python", "events"),
    )
    challenge = {"kind": SectionKind.CHALLENGE, "by": "grace"}
    add_note(
        hub, "Slow page", problem="It took 4 s.", solution="An `INDEX`.", **challenge
    )
    add_note(hub, "Flaky test", problem="Fails on **Mondays**.", **challenge)
    broken = add_note(hub, "Reading list", kind=SectionKind.PRACTICE, body=LONG_URL)
    break_link(broken, LONG_URL)
    page = Link.objects.create(url=PAGE, verdict="alive", checked_at=timezone.now())
    broken.note_links.create(link=page, url=f"{PAGE}#gone", lacks_anchor=True)
    publish_week(hub)
    return hub
