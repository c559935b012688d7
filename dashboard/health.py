"""The health check of web, database and worker."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from panels.models import Worker

# More than a small transaction of SQLite needs. The file is gone before the system writes it to the disk.
PROBE = bytes(64 * 1024)


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Return 200 while the database can be read and written, or else 503.

    A missing worker is only named, because it must not take the web server down. With `?worker`, a missing worker is
    a 503 too.
    """
    try:
        worker = Worker.alive().first() or Worker.objects.first()
        is_writable = _is_writable()
    except Error:
        return JsonResponse({"status": "error", "database": "unreachable"}, status=503)
    is_alive = worker is not None and worker.is_alive
    is_well = is_writable and (is_alive or "worker" not in request.GET)
    return JsonResponse(
        {
            "status": "ok" if is_well else "error",
            "database": "ok" if is_writable else "cannot write",
            "worker": "ok" if is_alive else "not running",
            "worker_seen_seconds_ago": worker and max(round((timezone.now() - worker.seen_at).total_seconds()), 0),
        },
        status=200 if is_well else 503,
    )


def _is_writable() -> bool:
    """Return whether the database takes writes. Waits for no lock, and changes nothing.

    For SQLite, writes a file beside the database, because the disk may be full. PostgreSQL says whether it only reads.
    """
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            return bool(cursor.fetchone() == ("off",))
    path = Path(connection.settings_dict["NAME"])
    try:
        with tempfile.TemporaryFile(dir=path.parent, buffering=0) as file:
            return os.access(path, os.W_OK) and file.write(PROBE) == len(PROBE)
    except OSError:
        return False
