"""Takes orders for sending: one transaction with the panel's limits, the price guard, and queued ▸ sending.

The panel's row is locked meanwhile, so that its limits hold across all workers.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from operator import attrgetter

from django.db import transaction
from django.db.models import Exists
from django.utils import timezone

from panels.calls.visit import shared_now
from panels.models import Controls, JobRun, Order, OrderEvent, Panel
from panels.orders.moves import MovedOnError, move_together
from panels.orders.queue import queued, reason_to_hold
from panels.threads import UnderWay

State, What = Order.State, OrderEvent.What
# A claimed order must be on its way within this time; then its whole exchange and some spare time pass before
# anybody else may conclude that nothing will be heard of it any more.
START_WITHIN = timedelta(seconds=30)
SPARE = JobRun.CLOCKS_DIFFER + timedelta(seconds=30)
# A claim may wait for the database, and shows in the rows only when it is committed.
claims_under_way = UnderWay()
# What claiming and sending need of an order, its service and its panel: reading all columns costs more than the rest.
_OF_ORDER = (
    *("panel", "type", "link", "quantity", "params", "state", "attempt", "send_after", "sent_at", "rate_agreed"),
    *(f"service__{name}" for name in ("remote_id", "type", "raw_type", "rate_per_1000", "is_listed")),
)
_OF_PANEL = (
    *("api_url", "api_key", "connect_timeout", "read_timeout", "always_send_quantity"),
    *("is_active", "paused_reason", "paused_until", "failures", "unanswered_orders"),
    *("parallel_calls", "calls_per_minute", "next_call_at"),
)


class Claims:
    """Claims the orders of one panel; builds its queries once, because building them costs more than running them.

    `called` is the row that the client was made from: nothing is taken if the row has another address, key or time-out
    by now.
    """

    def __init__(self, panel_pk: int, *, called: Panel | None = None) -> None:
        self._called = called
        self._panel = Panel.objects.filter(pk=panel_pk).select_for_update(no_key=True).only(*_OF_PANEL)
        sending = Order.objects.filter(panel=panel_pk, state=State.SENDING).order_by()
        self._deadlines = sending.values_list("send_deadline", flat=True)
        # Only here: what the statement that waits for the panel's row sees is from before it waited.
        allowed = queued().filter(panel=panel_pk).exclude(Exists(Controls.stopped()))
        self._queued = allowed.select_related("service").only(*_OF_ORDER)

    def take(self, most: int = 1) -> tuple[list[Order], timedelta | None]:
        """Take the next orders for sending: now they are `sending`, and ours until their deadline.

        Returns them, and how long to wait before looking for more; None if there is nothing to wait for.
        """
        try:
            with claims_under_way, transaction.atomic():
                return self._take(most)
        except MovedOnError:
            # Another worker or a person was quicker with an order: the next look leaves it out, and may be at once.
            return [], timedelta()

    def _take(self, most: int) -> tuple[list[Order], timedelta | None]:
        panel = self._panel.get()
        now = timezone.now()
        room = min(most, self._free_calls(panel, now))
        waiting = [order for order in self._queued[:room] if order.send_after <= now]
        if _hold_back(waiting):
            # The next look is a transaction of its own, because thousands of orders may have to be held.
            return [], timedelta()
        in_time, wait = _keep_pace(panel, waiting) if waiting else ([], None)
        if in_time:
            _mark_sending(in_time, panel, now)
        return in_time, wait

    def _free_calls(self, panel: Panel, now: datetime) -> int:
        """Return how many more calls the panel allows at the same time, over all workers."""
        if self._called and not panel.sends_alike(self._called):
            return 0
        if not panel.is_active or panel.is_paused(now):
            return 0
        under_way = sum(deadline is not None and deadline > now for deadline in self._deadlines.all())
        calls = 1 if panel.sends_one_at_a_time else panel.parallel_calls
        return max(calls - under_way, 0)


def _hold_back(orders: list[Order]) -> bool:
    """Hold those that a person must look at; returns whether there were any."""
    reasons = {order: reason for order in _by_key(orders) if (reason := reason_to_hold(order))}
    for order, reason in reasons.items():
        Order.objects.filter(pk=order.pk, state=State.QUEUED).update(held_reason=reason)
        order.add_event(What.HELD, reason)
    return bool(reasons)


def _by_key(orders: list[Order]) -> list[Order]:
    """Sort rows as they are locked everywhere, so that nobody waits for each other."""
    return sorted(orders, key=attrgetter("pk"))


def _keep_pace(panel: Panel, orders: list[Order]) -> tuple[list[Order], timedelta | None]:
    """Count a call for each order that may go out now, and say how long the next one has to wait."""
    if not panel.calls_per_minute:
        return orders, None
    now = shared_now()
    for number, _ in enumerate(orders):
        wait = panel.call_slot(now) - now
        if wait > timedelta():
            return orders[:number], wait
        panel.take_call_slot(now)
    return orders, None


def _mark_sending(orders: list[Order], panel: Panel, now: datetime) -> None:
    fields = {"send_deadline": now + START_WITHIN + timedelta(seconds=panel.total_timeout) + SPARE, "sent_at": now}
    moves = [
        (order, f"Attempt {order.attempt + 1}", fields | {"attempt": order.attempt + 1}) for order in _by_key(orders)
    ]
    move_together(State.SENDING, moves, what=What.SENT, savepoint=False)
    if panel.calls_per_minute:
        Panel.objects.filter(pk=panel.pk).update(next_call_at=panel.next_call_at)
    for order in orders:
        order.panel = panel


def start_by(order: Order) -> datetime:
    """Return until when the sending of a claimed order may begin."""
    return (order.sent_at or timezone.now()) + START_WITHIN
