"""Who uses the product in these tests, and the hubs that they use."""

from __future__ import annotations

from playwright.sync_api import Page

ADA, GRACE, STAFF, ADMIN = "ada", "grace", "staff", "admin"
PASSWORD = "a-long-pass-phrase"  # the same for everybody but the admin

# Each story has a hub of its own: two rebuilds of one hub are two seconds apart.
HUBS = ("writing", "challenges", "weekly", "repairs", "keys", "drafts", "hostile")

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
"""


def log_in(page: Page, username: str, password: str = PASSWORD) -> None:
    """Log in where the page asks for it."""
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Log in").click()
