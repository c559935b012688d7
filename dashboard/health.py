"""The health check of web, database and worker."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from panels.models import Worker


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Return 200 while the database can be reached, or else 503.

    A missing worker is only named, because it must not take the web server down. With `?worker`, a missing worker is
    a 503 too.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        worker = Worker.alive().first() or Worker.objects.first()
    except Error:
        return JsonResponse({"status": "error", "database": "unreachable"}, status=503)
    is_alive = worker is not None and worker.is_alive
    is_well = is_alive or "worker" not in request.GET
    return JsonResponse(
        {
            "status": "ok" if is_well else "error",
            "database": "ok",
            "worker": "ok" if is_alive else "not running",
            "worker_seen_seconds_ago": worker and max(round((timezone.now() - worker.seen_at).total_seconds()), 0),
        },
        status=200 if is_well else 503,
    )
