"""What every page says about the whole: is a worker alive, is sending stopped, what needs a person."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from panels.models import Controls, Order, Panel, Refill, Worker
from panels.models.order import RequestState


def attention_filter() -> Q:
    """Select the orders that wait for a person: unknown, held, or with an alarm."""
    return Q(state=Order.State.UNKNOWN) | Q(state=Order.State.QUEUED, held_reason__gt="") | Q(alarm__gt="")


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
        return self.waiting_count > 0 and not self._is_worker_alive

    @property
    def worker_seen_at(self) -> Any:
        """When a worker was last seen, None if never."""
        worker = self._once("worker", lambda: Worker.objects.order_by("-seen_at").first())
        return worker.seen_at if worker else None

    @property
    def waiting_count(self) -> int:
        """How many orders, refills, cancels and questions wait to be sent."""
        return self._once("waiting", _count_waiting)

    @property
    def attention_count(self) -> int:
        """How many orders wait for a person."""
        return self._once("attention", lambda: Order.objects.filter(attention_filter()).count())

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
    def _is_worker_alive(self) -> bool:
        return self._once("alive", lambda: any(worker.is_alive for worker in Worker.objects.all()[:20]))

    def _once(self, name: str, query: Any) -> Any:
        if name not in self._cache:
            self._cache[name] = query()
        return self._cache[name]


# Panels whose balance or catalog somebody has asked for.
WANTED = Q(balance_requested_at__isnull=False) | Q(sync_requested_at__isnull=False)


def _count_waiting() -> int:
    return (
        Order.objects.filter(state=Order.State.QUEUED, held_reason="").count()
        + Order.objects.filter(check_requested_at__isnull=False).count()
        + Order.objects.filter(cancel_state=RequestState.QUEUED).count()
        + Refill.objects.filter(state=RequestState.QUEUED).count()
        + Panel.objects.filter(WANTED, is_active=True).count()
    )


@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """Show the banners that base.html keeps up to date."""
    return render(request, "_status.html")


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Tell a load balancer whether web and database work, and whether a worker is alive."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        worker = Worker.objects.order_by("-seen_at").first()
    except DatabaseError:
        return JsonResponse({"status": "error", "database": "unreachable"}, status=503)
    return JsonResponse(
        {"status": "ok", "database": "ok", "worker": "ok" if worker and worker.is_alive else "not running"}
    )
