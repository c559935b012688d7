"""The status on every page: whether a worker runs, whether sending is stopped, and how much needs a person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from panels import bell, schedule
from panels.attention.finding import count_attention
from panels.catalog import watch
from panels.models import Controls, Order, Panel, Refill, Worker, compiled
from panels.models.order_states import RequestState
from panels.orders import switch
from panels.orders.queue import queued
from panels.pages.htmx import page_before, wants_fragment
from panels.pages.paging import query_counts
from panels.pages.view_menu import ViewMenu

T = TypeVar("T")


def site_status(request: HttpRequest) -> dict[str, Any]:
    """Return the context of every page for signed-in people. It is lazy, so fragments do not pay for it."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {}
    return {"site": SiteStatus(request), "saved_views": ViewMenu.of(request)}


class SiteStatus:
    """Reads each value when a template first needs it, and only once."""

    def __init__(self, request: HttpRequest) -> None:
        self._user = request.user
        self._is_fragment = wants_fragment(request)
        self._cache: dict[str, Any] = {}

    @property
    def worker_missing(self) -> bool:
        """Whether work is waiting while no worker is alive."""
        return not self.is_worker_alive and self.waiting_count > 0

    @property
    def worker_seen_at(self) -> Any:
        """The time when a worker was last seen, or None."""
        return self._workers[0].seen_at if self._workers else None

    @property
    def waiting_count(self) -> int:
        """The number of orders, refills, cancels and questions that wait to be sent."""
        return sum(self._waiting)

    @property
    def queued_count(self) -> int:
        """The number of orders that are sent without a person."""
        return self._waiting[0]

    @property
    def attention_count(self) -> int:
        """The number of orders, panels and other rows that need a person like this one."""
        return self._once("attention", lambda: count_attention(self._user.has_perm))

    @property
    def change_count(self) -> int:
        """The number of serious changes of used services that the person has not seen. Fragments do not show it."""
        return self._counts[1]

    @property
    def sending_stopped(self) -> Controls | None:
        """The switch, or None while sending is on."""
        return self._once("stopped", lambda: _find_stop() if self._counts[0] else None)

    @property
    def is_worker_alive(self) -> bool:
        """Whether a worker was seen in the last seconds."""
        return any(worker.is_alive for worker in self._workers)

    @property
    def _workers(self) -> list[Worker]:
        return self._once("workers", lambda: list(Worker.objects.order_by("-seen_at")[:20]))

    @property
    def _counts(self) -> list[int]:
        """The number of switches that are off, and that of unseen changes, from one query."""
        return self._once("counts", self._count)

    def _count(self) -> list[int]:
        if self._is_fragment:
            return [compiled.count(_all_stops), 0]
        return [number for _, number in sorted(compiled.fetch(_all_of_page, watch.last_look(self._user)))]

    @property
    def _waiting(self) -> list[int]:
        return self._once("waiting", _count_waiting)

    def _once(self, name: str, query: Callable[[], T]) -> T:
        if name not in self._cache:
            self._cache[name] = query()
        found: T = self._cache[name]
        return found


def _find_stop() -> Controls | None:
    return Controls.stopped().select_related("sending_stopped_by").first()


# Sending is nearly always on, and then a query that is compiled already is enough.
def _all_stops() -> QuerySet[Any, Any]:
    return Controls.stopped().values_list("pk")


def _all_of_page(last_look: str) -> QuerySet[Any, Any]:
    return query_counts(Controls.stopped(), watch.unseen(last_look))


# Panels with a requested balance or catalog.
WANTED = Q(balance_requested_at__isnull=False) | Q(sync_requested_at__isnull=False)


def _count_waiting() -> list[int]:
    """Count the waiting work of each kind. The first number is of the orders to be sent."""
    return [number for _, number in sorted(compiled.fetch(_all_waiting))]


def _all_waiting() -> QuerySet[Any]:
    return query_counts(
        queued(),
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
    """Stop all sending, or start it again."""
    wanted = request.POST.get("sending")
    if wanted == "stop":
        _stop_sending(request)
    elif wanted == "start":
        _start_sending(request)
    else:
        return HttpResponseBadRequest("Send `sending=stop` or `sending=start`. Nothing was changed.")
    return redirect(page_before(request))


def _stop_sending(request: HttpRequest) -> None:
    if switch.stop_sending(request.user):
        messages.success(request, "Sending is stopped. Waiting orders are kept until somebody starts sending again.")
    else:
        messages.info(request, "Sending was already stopped.")


def _start_sending(request: HttpRequest) -> None:
    if not switch.start_sending(request.user):
        messages.info(request, "Sending was already on.")
        return
    for panel_pk in schedule.waiting()["submit"]:
        bell.ring("submit", panel_pk)
    messages.success(request, "Sending has started again. Waiting orders are sent now.")
