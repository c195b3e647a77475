"""Who uses the product in these tests, and the hubs that they use."""

from __future__ import annotations

from playwright.sync_api import Page

ADA, GRACE, STAFF, ADMIN = "ada", "grace", "staff", "admin"
PASSWORD = "a-long-pass-phrase"  # the same for everybody but the admin

# Each story has a hub of its own: two rebuilds of one hub are two seconds apart.
HUBS = (
    "writing",
    "editing",
    "challenges",
    "weekly",
    "flowers",
    "repairs",
    "keys",
    "links",
    "copies",
    "anchors",
    "drafts",
    "hostile",
    "pages",
    "sections",
)

# A note that would burst a narrow page, and where it stands: it is the first of all.
SPRAWLING_NOTE = "/h/pages/notes/1/"
WORD = "Donaudampfschifffahrtsgesellschaftskapitaen" * 3
SPRAWL = f"""\
{WORD}

| broker | {" | ".join("a measurement" for _ in range(9))} |
| --- {"| --- " * 9}|
| Valkey {"| 3,715 messages " * 9}|

```
celery -A nexus worker --queues {",".join(["readme", "links", "digests"] * 6)}
```

- http://127.0.0.1:9/{"a-long-path/" * 20}
- `{WORD}`

> quoted

1. [words](http://127.0.0.1:9/) and **bold** and ~~gone~~ ☑
"""

SETTLE_IN = f"""
from django.contrib.auth.models import User
from notes import services
from notes.models import Hub, Membership

ada = User.objects.create_user(
    {ADA!r}, "ada@example.org", {PASSWORD!r}, first_name="Ada", last_name="Learner"
)
User.objects.create_user({GRACE!r}, password={PASSWORD!r})
User.objects.create_user({STAFF!r}, password={PASSWORD!r}, is_staff=True)
for slug in {HUBS!r}:
    services.create_hub(slug=slug, title=f"Hub of {{slug}}")
for hub in Hub.objects.all():
    Membership.objects.create(hub=hub, user=ada)
services.submit_note(
    hub=Hub.objects.get(slug="pages"),
    author=ada,
    text=services.NoteText(
        section=Hub.objects.get(slug="pages").sections.get(title="Best Practices"),
        title={WORD!r},
        body={SPRAWL!r},
        tags=("celery", "a tag with several words"),
    ),
)
"""


def log_in(page: Page, username: str, password: str = PASSWORD) -> None:
    """Log in where the page asks for it."""
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Log in").click()
