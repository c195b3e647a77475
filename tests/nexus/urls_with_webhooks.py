"""The addresses of an installation that has set NEXUS_MAIL_WEBHOOK_SECRET."""

from __future__ import annotations

from django.urls import include, path

from nexus.urls import urlpatterns as ordinary

urlpatterns = [*ordinary, path("hooks/mail/", include("nexus.webhooks"))]
