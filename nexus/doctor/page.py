"""The doctor's checks of mail as a page; others ask the broker, which no page does."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nexus.doctor.examination import examine
from nexus.doctor.mail import MAIL_CHECKS, sending_domain
from notes.views.access import staff_only


@staff_only
@require_safe
def mail_doctor(request: HttpRequest) -> HttpResponse:
    context = {"domain": sending_domain(), "findings": list(examine(MAIL_CHECKS))}
    return render(request, "notes/mail/doctor.html", context)
