"""The refills and cancels of a run: a person requests them, each once, for orders that a panel already has."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.faults.care_evidence import RequestSeen
from tests.faults.care_panel import ACTIONS, CANCEL, REFILL, CarePanel
from tests.faults.stock import WAITING


class Care:
    """All requests of a run at one panel. Each order has at most one request, so the panel must be asked once."""

    def __init__(self, panel: CarePanel, account: Any) -> None:
        from tests.factories import make_user

        self._panel, self.account = panel, account
        self._service = account.services.get(remote_id=panel.pick("Default", refill=True, cancel=True).id)
        self._person = make_user("Operator")
        # The orders for which a person requested something, by their pk.
        self.requested: dict[int, str] = {}

    def keep(self, count: int) -> None:
        """Request more until so many refills and so many cancels wait."""
        waiting = self.waiting()
        for action in ACTIONS:
            for _ in range(count - waiting[action]):
                self._request(self.new_order(action), action)
        self._ring()

    def new_order(self, action: str) -> Any:
        """Create an order that the panel has and that can be refilled or canceled."""
        from tests.factories import make_placed

        progress = {REFILL: "completed", CANCEL: "in_progress"}[action]
        remote_id = self._panel.new_order(action)
        return make_placed(self._service, remote_id=remote_id, progress=progress, next_check_at=None)

    def _request(self, order: Any, action: str) -> None:
        from panels.orders.aftercare import request_cancel, request_refill

        problem = {REFILL: request_refill, CANCEL: request_cancel}[action](order, self._person)
        assert not problem, problem
        self.requested[order.pk] = action

    def _ring(self) -> None:
        from panels.bell import ring

        ring("requests", self.account.pk)

    def left(self) -> int:
        """Count all requests that have no outcome yet."""
        return self.waiting().total()

    def pk_of(self, order_id: str) -> int:
        """Return our order that has this id at the panel."""
        from panels.models import Order

        return Order.objects.get(panel=self.account.pk, remote_id=order_id).pk

    def waiting(self) -> Counter[str]:
        """Count the requests that have no outcome yet."""
        from panels.models import Order, Refill

        cancels = Order.objects.filter(panel=self.account.pk, cancel_state__in=WAITING).count()
        return Counter({REFILL: Refill.objects.filter(state__in=WAITING).count(), CANCEL: cancels})

    def seen(self) -> list[RequestSeen]:
        """Read the current state of every request."""
        from panels.models import Order, Refill

        refills = Refill.objects.select_related("order")
        cancels = Order.objects.filter(panel=self.account.pk).exclude(cancel_state="")
        return [
            *(
                RequestSeen(
                    action=REFILL,
                    order=each.order_id,
                    order_id=each.order.remote_id,
                    state=each.state,
                    refill_id=each.remote_id,
                    requested_at=each.requested_at.timestamp(),
                    deadline=each.send_deadline.timestamp() if each.send_deadline else None,
                )
                for each in refills
            ),
            *(
                RequestSeen(
                    action=CANCEL,
                    order=each.pk,
                    order_id=each.remote_id,
                    state=each.cancel_state,
                    requested_at=each.cancel_requested_at.timestamp() if each.cancel_requested_at else 0.0,
                    deadline=each.cancel_deadline.timestamp() if each.cancel_deadline else None,
                )
                for each in cancels
            ),
        ]
