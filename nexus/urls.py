"""The addresses of everything: notes' pages, accounts, admin, Flower, webhooks."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import views as accounts
from django.urls import include, path

from nexus.doctor.page import mail_doctor
from nexus.flower import flower

admin.autodiscover()  # here, so that only the web process pays for it

urlpatterns = [
    path("", include("notes.urls")),
    path("login/", accounts.LoginView.as_view(), name="login"),
    path("logout/", accounts.LogoutView.as_view(), name="logout"),
    path(
        "password/",
        accounts.PasswordChangeView.as_view(
            template_name="notes/accounts/password_change.html"
        ),
        name="password_change",
    ),
    path(
        "password/changed/",
        accounts.PasswordChangeDoneView.as_view(
            template_name="notes/accounts/password_changed.html"
        ),
        name="password_change_done",
    ),
    path("mail/doctor/", mail_doctor, name="mail_doctor"),
    path("admin/", admin.site.urls),
    path("flower/", flower, {"path": ""}, name="flower"),
    path("flower/<path:path>", flower, name="flower"),
]
if settings.NEXUS_MAIL_WEBHOOK_SECRET:
    urlpatterns.append(path("hooks/mail/", include("nexus.webhooks")))
