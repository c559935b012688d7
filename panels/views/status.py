"""What every page says about the whole: is a worker alive, is sending stopped, what needs a person."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, permission_required
from django.db import Error, connection
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from panels import sweep, tasks
from panels.models import Controls, Order, Panel, Refill, Worker
from panels.models.order import NEEDS_A_PERSON, RequestState
from panels.paging import count_each

logger = logging.getLogger(__name__)


def site_status(request: HttpRequest) -> dict[str, Any]:
    """Context of every page of somebody who is signed in; lazy, so that fragments do not pay for it."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {}
    return {"site": SiteStatus()}


class SiteStatus:
    """Answers each question when a template asks it, and once."""

    def __init__(self) -> None:
        self._cache: dict[str, Any] = {}

    @property
    def worker_missing(self) -> bool:
        """Whether work waits while no worker is alive."""
        return not self.is_worker_alive and self.waiting_count > 0

    @property
    def worker_seen_at(self) -> Any:
        """When a worker was last seen, None if never."""
        return self._workers[0].seen_at if self._workers else None

    @property
    def waiting_count(self) -> int:
        """How many orders, refills, cancels and questions wait to be sent."""
        return sum(self._waiting)

    @property
    def queued_count(self) -> int:
        """How many orders go out by themselves as soon as they may."""
        return self._waiting[0]

    @property
    def attention_count(self) -> int:
        """How many orders wait for a person."""
        return self._once("attention", lambda: Order.objects.filter(NEEDS_A_PERSON).count())

    @property
    def sending_stopped(self) -> Controls | None:
        """The switch, if it stops sending."""
        return self._once(
            "stopped",
            lambda: (
                Controls.objects.filter(sending_stopped_at__isnull=False).select_related("sending_stopped_by").first()
            ),
        )

    @property
    def is_worker_alive(self) -> bool:
        """Whether any worker was seen within seconds."""
        return any(worker.is_alive for worker in self._workers)

    @property
    def _workers(self) -> list[Worker]:
        return self._once("workers", lambda: list(Worker.objects.order_by("-seen_at")[:20]))

    @property
    def _waiting(self) -> list[int]:
        return self._once("waiting", _count_waiting)

    def _once(self, name: str, query: Any) -> Any:
        if name not in self._cache:
            self._cache[name] = query()
        return self._cache[name]


# Orders that nobody has to look at before they go out.
QUEUED = Q(state=Order.State.QUEUED, held_reason="")
# Panels whose balance or catalog somebody has asked for.
WANTED = Q(balance_requested_at__isnull=False) | Q(sync_requested_at__isnull=False)


def _count_waiting() -> list[int]:
    """Count what waits for the worker, kind by kind: orders to be sent first."""
    return count_each(
        Order.objects.filter(QUEUED),
        Order.objects.filter(check_requested_at__isnull=False),
        Order.objects.filter(cancel_state=RequestState.QUEUED),
        Refill.objects.filter(state=RequestState.QUEUED),
        Panel.objects.filter(WANTED, is_active=True),
    )


@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """Show the banners that base.html keeps up to date."""
    return render(request, "_status.html")


@permission_required("panels.change_order", raise_exception=True)
@require_POST
def sending(request: HttpRequest) -> HttpResponse:
    """Throw the switch that stops all sending, or let everything go out again."""
    wanted = request.POST.get("sending")
    if wanted == "stop":
        _stop_sending(request)
    elif wanted == "start":
        _start_sending(request)
    else:
        return HttpResponseBadRequest("Say `sending=stop` or `sending=start`. Nothing was changed.")
    return redirect(_page_before(request))


def _stop_sending(request: HttpRequest) -> None:
    Controls.objects.get_or_create(pk=1)
    running = Controls.objects.filter(pk=1, sending_stopped_at__isnull=True)
    if running.update(sending_stopped_at=timezone.now(), sending_stopped_by=request.user):
        logger.warning("Sending was stopped by %s.", request.user)
        messages.success(request, "Sending is stopped. What waits is kept until somebody starts it again.")
    else:
        messages.info(request, "Sending was stopped before.")


def _start_sending(request: HttpRequest) -> None:
    stopped = Controls.objects.filter(pk=1, sending_stopped_at__isnull=False)
    if not stopped.update(sending_stopped_at=None, sending_stopped_by=None):
        messages.info(request, "Sending was not stopped.")
        return
    logger.warning("Sending was started again by %s.", request.user)
    for panel_pk in sweep.waiting()["submit"]:
        tasks.ring("submit", panel_pk)
    messages.success(request, "Sending has started again. What waits goes out now.")


def _page_before(request: HttpRequest) -> str:
    """Return the page of ours that the switch was thrown on, the overview if that is not known."""
    page = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return page if is_ours else reverse("overview")


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Tell a load balancer whether this process can serve: 503 only while the database cannot be had.

    A missing worker is named, but must not take the web down with it; whoever watches the worker asks `?worker`.
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
