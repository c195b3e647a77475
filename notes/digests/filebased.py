"""A mail backend that writes each mail, as it would go over the line, to a file.

Django's own puts the mails of one connection into one file, which no mail program
opens, and folds long headers.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from notes.digests.message import encode


class EmailBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(str(settings.EMAIL_FILE_PATH))
        folder.mkdir(parents=True, exist_ok=True)
        for mail in email_messages:
            name = f"{timezone.now():%Y%m%d-%H%M%S-%f}-{secrets.token_hex(4)}"
            # Nobody who watches the folder sees half a mail.
            part = folder / f".{name}"
            part.write_bytes(encode(mail))
            part.rename(folder / f"{name}.eml")
        return len(email_messages)
