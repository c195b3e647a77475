"""The ledger for staff: what runs, what failed and why, and running it again."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from notes.models import Job
from notes.views.access import staff_only
from notes.views.redirects import see_other

PER_PAGE = 50
FAILED_ON_TOP = 10
ORDER = ["failed", "retrying", "running", "queued", "succeeded"]


@require_safe
@staff_only
def job_list(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    counts = dict(Job.objects.order_by().values_list("state").annotate(Count("pk")))
    jobs = Job.objects.select_related("hub")
    if state in ORDER:
        jobs = jobs.filter(state=state)
    context = {
        "page": Paginator(jobs, PER_PAGE).get_page(request.GET.get("page")),
        "failed": [] if state in ORDER else jobs.failed()[:FAILED_ON_TOP],
        "states": [(name, counts.get(name, 0)) for name in ORDER],
        "state": state if state in ORDER else "",
        "total": sum(counts.values()),
    }
    return render(request, "notes/jobs/list.html", context)


@require_safe
@staff_only
def job_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    job = get_object_or_404(Job.objects.select_related("hub"), pk=pk)
    events = job.events.select_related("note__hub", "actor").order_by("-id")
    context = {"job": job, "events": events[:PER_PAGE], "event_count": events.count()}
    return render(request, "notes/jobs/detail.html", context)


@require_POST
@staff_only
def job_run_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    job = get_object_or_404(Job, pk=pk)
    if job.run_again():
        messages.success(request, "The job is queued again.")
    else:
        messages.warning(
            request, "Only a failed job can be run again; nothing changed."
        )
    return see_other("job_detail", pk)
