"""Claims orders for sending in one transaction: the limits of the panel, the price guard, then queued ▸ sending.

The transaction locks the row of the panel, so the limits hold across all workers.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from operator import attrgetter

from django.db import transaction
from django.db.models import Exists
from django.utils import timezone

from panels.bell import ring
from panels.calls.visit import shared_now
from panels.models import Controls, JobRun, Order, OrderEvent, Panel
from panels.orders import funds, service_waits
from panels.orders.moves import MovedOnError, move_together
from panels.orders.queue import queued, reason_to_hold
from panels.protocol.exchange import Latest
from panels.threads import UnderWay

State, What = Order.State, OrderEvent.What
# The sending of a claimed order must begin within this time. Its deadline leaves time for the whole exchange and some
# spare time after that. Only after the deadline may another process conclude that no answer will come.
START_WITHIN = timedelta(seconds=30)
SPARE = JobRun.CLOCKS_DIFFER + timedelta(seconds=30)
# A claim may wait for the database, and shows in the rows only when it is committed.
claims_under_way = UnderWay()
# The columns that claiming and sending need, because reading all columns would cost more than the rest of a claim.
_OF_ORDER = (
    *("panel", "type", "link", "quantity", "params", "state", "attempt", "send_after", "sent_at", "rate_agreed"),
    *("expected_cost", "currency", "may_exceed_balance", "as_ordered"),
    *(f"service__{name}" for name in ("remote_id", "type", "raw_type", "rate_per_1000", "is_listed", "wait_minutes")),
    *(f"service__{name}" for name in ("min_quantity", "max_quantity", "refill", "cancel", "name", "category")),
)
_OF_PANEL = (
    *(*Panel.CALLED_WITH, "connect_timeout", "read_timeout", "always_send_quantity"),
    *("is_active", "paused_reason", "paused_until", "quiet_until", "failures", "unanswered_orders"),
    *("turned_away", "refused_words"),
    *("parallel_calls", "calls_per_minute", "next_call_at"),
    *("reported_currency", "currency_override", "balance", "balance_checked_at", "free_balance", "gives_credit"),
)


class Claims:
    """Claims the orders of one panel; builds its queries once, because building them costs more than running them.

    `called` is the row that the client was made from. Nothing is claimed if the panel has another address or key now,
    or would be called in another way.
    """

    def __init__(self, panel_pk: int, *, called: Panel | None = None) -> None:
        self._called = called
        self._panel = Panel.objects.filter(pk=panel_pk).select_for_update(no_key=True).only(*_OF_PANEL)
        sending = Order.objects.filter(panel=panel_pk, state=State.SENDING).order_by()
        self._deadlines = sending.values_list("send_deadline", flat=True)
        # The switch is read here: a statement that waits for the panel's row would see it as it was before the wait.
        allowed = queued().filter(panel=panel_pk).exclude(Exists(Controls.stopped()))
        # Until when the sending of the orders that were claimed last may begin.
        self.start_by = Latest.after(0)
        self._queued = allowed.select_related("service").only(*_OF_ORDER)

    def take(self, most: int = 1) -> tuple[list[Order], timedelta | None]:
        """Claim the next orders: they become `sending`, and are ours until their deadline.

        Returns them, and the time to wait before the next claim; None if there is nothing to wait for.
        """
        try:
            with claims_under_way, transaction.atomic():
                return self._take_next(most)
        except MovedOnError:
            # Another worker or a person has moved an order meanwhile. The next claim leaves it out, and may be at once.
            return [], timedelta()

    def _take_next(self, most: int) -> tuple[list[Order], timedelta | None]:
        panel = self._panel.get()
        now, self.start_by = timezone.now(), Latest.after(START_WITHIN.total_seconds())
        room = min(most, self._free_calls(panel, now))
        waiting = service_waits.one_of_each(order for order in self._queued[:room] if order.send_after <= now)
        if _hold_back(waiting) or self._hold_too_dear(panel, waiting, now):
            # The next claim is a transaction of its own, because thousands of orders may have to be held.
            return [], timedelta()
        in_time, wait = _keep_pace(panel, waiting) if waiting else ([], None)
        if in_time:
            _mark_sending(in_time, panel, now)
        return in_time, wait

    def _hold_too_dear(self, panel: Panel, waiting: list[Order], now: datetime) -> bool:
        """Hold the orders that the balance does not cover, and have it read again at once; return whether it held."""
        if not waiting or not funds.hold_too_dear(panel, waiting, self._queued, now):
            return False
        if Panel.objects.filter(pk=panel.pk, balance_requested_at=None).update(balance_requested_at=now):
            ring("balance", panel.pk)
        return True

    def _free_calls(self, panel: Panel, now: datetime) -> int:
        """Return how many more calls the panel allows at the same time, across all workers."""
        if self._called and not panel.sends_alike(self._called):
            return 0
        if not panel.takes_orders(now):
            return 0
        under_way = sum(deadline is not None and deadline > now for deadline in self._deadlines.all())
        calls = 1 if panel.sends_one_at_a_time else panel.parallel_calls
        return max(calls - under_way, 0)


def _hold_back(orders: list[Order]) -> bool:
    """Hold the orders that a person must look at; return whether there were any."""
    reasons = {order: reason for order in _by_key(orders) if (reason := reason_to_hold(order))}
    for order, reason in reasons.items():
        Order.objects.filter(pk=order.pk, state=State.QUEUED).update(held_reason=reason)
        order.add_event(What.HELD, reason)
    return bool(reasons)


def _by_key(orders: list[Order]) -> list[Order]:
    """Sort rows in the order in which everybody locks them, to avoid deadlocks."""
    return sorted(orders, key=attrgetter("pk"))


def _keep_pace(panel: Panel, orders: list[Order]) -> tuple[list[Order], timedelta | None]:
    """Count a call for each order that may go out now; return these orders, and how long the next order must wait."""
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
    service_waits.begin_trials(orders, fields["send_deadline"])
    funds.spend(panel, orders)
    if panel.calls_per_minute or panel.free_balance is not None:
        Panel.objects.filter(pk=panel.pk).update(next_call_at=panel.next_call_at, free_balance=panel.free_balance)
    for order in orders:
        order.panel = panel
