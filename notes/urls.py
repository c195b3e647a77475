"""Every page's address."""

from __future__ import annotations

from django.urls import path

from notes.views import (
    deliveries,
    doctor,
    editions,
    handedits,
    health,
    history,
    hubs,
    imports,
    jobs,
    notes,
    readmes,
    remotes,
    sections,
    subscriptions,
)

urlpatterns = [
    path("", hubs.home, name="home"),
    path("healthz", health.health, name="health"),
    path("h/<slug:slug>/", hubs.hub_detail, name="hub_detail"),
    path("h/<slug:slug>/members/", hubs.hub_members, name="hub_members"),
    path(
        "h/<slug:slug>/members/<int:pk>/remove/",
        hubs.member_remove,
        name="member_remove",
    ),
    path("h/<slug:slug>/readme/", readmes.hub_readme, name="hub_readme"),
    path("h/<slug:slug>/README.md", readmes.hub_readme_raw, name="hub_readme_raw"),
    path("h/<slug:slug>/history/", history.history, name="history"),
    path("h/<slug:slug>/history/<slug:commit>/", history.revision, name="revision"),
    path(
        "h/<slug:slug>/history/<slug:commit>/restore/",
        history.revision_restore,
        name="revision_restore",
    ),
    path("h/<slug:slug>/remote/", remotes.hub_remote, name="hub_remote"),
    path("h/<slug:slug>/remote/panel/", remotes.remote_panel, name="remote_panel"),
    path("h/<slug:slug>/remote/edits/", handedits.hand_edits, name="hand_edits"),
    path(
        "h/<slug:slug>/remote/edits/<int:pk>/",
        handedits.change_decide,
        name="change_decide",
    ),
    path("h/<slug:slug>/remote/remove/", remotes.remote_remove, name="remote_remove"),
    path("h/<slug:slug>/import/", imports.hub_import, name="hub_import"),
    path("h/<slug:slug>/doctor/", doctor.hub_doctor, name="hub_doctor"),
    path(
        "h/<slug:slug>/doctor/checklist/",
        doctor.doctor_checklist,
        name="doctor_checklist",
    ),
    path(
        "h/<slug:slug>/doctor/<slug:key>/<int:number>/",
        doctor.doctor_repair,
        name="doctor_repair",
    ),
    path("h/<slug:slug>/sections/", sections.section_list, name="section_list"),
    path("h/<slug:slug>/sections/add/", sections.section_add, name="section_add"),
    path(
        "h/<slug:slug>/sections/<int:pk>/",
        sections.section_detail,
        name="section_detail",
    ),
    path(
        "h/<slug:slug>/sections/<int:pk>/rename/",
        sections.section_rename,
        name="section_rename",
    ),
    path(
        "h/<slug:slug>/sections/<int:pk>/move/",
        sections.section_move,
        name="section_move",
    ),
    path("h/<slug:slug>/notes/new/", notes.note_new, name="note_new"),
    path(
        "h/<slug:slug>/notes/new/preview/",
        notes.note_new_preview,
        name="note_new_preview",
    ),
    path("h/<slug:slug>/notes/<int:pk>/", notes.note_detail, name="note_detail"),
    path("h/<slug:slug>/notes/<int:pk>/edit/", notes.note_edit, name="note_edit"),
    path(
        "h/<slug:slug>/notes/<int:pk>/edit/preview/",
        notes.note_edit_preview,
        name="note_edit_preview",
    ),
    path("h/<slug:slug>/notes/<int:pk>/move/", notes.note_move, name="note_move"),
    path(
        "h/<slug:slug>/notes/<int:pk>/withdraw/",
        notes.note_withdraw,
        name="note_withdraw",
    ),
    path("h/<slug:slug>/notes/<int:pk>/panel/", notes.note_panel, name="note_panel"),
    path("h/<slug:slug>/subscribe/", subscriptions.subscribe, name="subscribe"),
    path("s/<str:token>/confirm/", subscriptions.confirm, name="confirm"),
    path("s/<str:token>/preferences/", subscriptions.preferences, name="preferences"),
    path("s/<str:token>/unsubscribe/", subscriptions.unsubscribe, name="unsubscribe"),
    path("h/<slug:slug>/digests/", editions.edition_list, name="edition_list"),
    path(
        "h/<slug:slug>/digests/<str:week>/",
        editions.edition_detail,
        name="edition_detail",
    ),
    path(
        "h/<slug:slug>/digests/<str:week>/deliveries/",
        deliveries.delivery_list,
        name="delivery_list",
    ),
    path(
        "deliveries/<int:pk>/settle/",
        deliveries.delivery_settle,
        name="delivery_settle",
    ),
    path("jobs/", jobs.job_list, name="job_list"),
    path("jobs/<uuid:pk>/", jobs.job_detail, name="job_detail"),
    path("jobs/<uuid:pk>/run-again/", jobs.job_run_again, name="job_run_again"),
]
