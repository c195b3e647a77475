"""The doors for what mail providers tell; there are none without a secret to show.

Only those of providers that show the shared secret. Mails that come in by webhook are
not wanted, so there is no door for them.
"""

from __future__ import annotations

from anymail import urls
from anymail.signals import tracking

from notes.digests import postbacks

PROVIDERS = (
    "brevo",
    "mailjet",
    "mailtrap",
    "postmark",
    "resend",
    "sendgrid",
    "sparkpost",
)

wanted = {f"{provider}/tracking/" for provider in PROVIDERS}
urlpatterns = [one for one in urls.urlpatterns if str(one.pattern) in wanted]
tracking.connect(postbacks.take)
