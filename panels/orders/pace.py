"""Estimates how long a panel takes for a number of orders, and when a person should send more or fewer at a time.

The number of orders at a time is a person's decision, because several at a time break some panels: they charge an
order and answer with an error, or they lose a change of the balance.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from django.utils import timezone

from panels.models import Order, Panel
from panels.orders.queue import queued

# The assumed time of one order at a panel to which no order was sent yet.
ASSUMED = timedelta(seconds=3)
RECENT = 20
MOST_AT_A_TIME = 20
LONG = timedelta(hours=1)
LATELY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Estimate:
    """The time that the sending of some orders takes. is_assumed: no order of this panel shows how long one takes."""

    time: timedelta
    each: timedelta
    at_a_time: int
    is_assumed: bool


@dataclass(frozen=True, slots=True)
class PaceOffer:
    """Another number of orders at a time for a panel. is_more: it is quicker and has a risk; else it is safer."""

    at_a_time: int
    is_more: bool
    waiting: int = 0
    estimate: Estimate | None = None


def estimate(panel: Panel, count: int) -> Estimate:
    """Estimate how long the sending of so many orders takes, by the answers to the last orders."""
    recent = Order.objects.filter(panel=panel.pk, placed_at__isnull=False, sent_at__isnull=False)
    times = list(recent.order_by("-placed_at").values_list("sent_at", "placed_at")[:RECENT])
    took = [(placed - sent).total_seconds() for sent, placed in times if sent and placed and placed >= sent]
    each = timedelta(seconds=median(took)) if took else ASSUMED
    turn = max(each / panel.parallel_calls, _least_turn(panel))
    return Estimate(count * turn, each, panel.parallel_calls, is_assumed=not took)


def _least_turn(panel: Panel) -> timedelta:
    """Return the time between two orders that the calls a minute allow."""
    return timedelta(minutes=1) / panel.calls_per_minute if panel.calls_per_minute else timedelta()


def offer(panel: Panel) -> PaceOffer | None:
    """Return the number of orders at a time that a person may choose now, None if nothing speaks for another number."""
    now = timezone.now()
    if panel.parallel_calls > 1:
        lost = Order.objects.filter(panel=panel.pk, state=Order.State.UNKNOWN, created_at__gte=now - LATELY)
        if panel.sends_one_at_a_time or lost.exists():
            return PaceOffer(1, is_more=False)
    more = min(2 * panel.parallel_calls, MOST_AT_A_TIME)
    waiting = queued().filter(panel=panel.pk)
    if more == panel.parallel_calls or not panel.takes_orders(now):
        return None
    if not waiting.filter(send_after__lt=now - LONG).exists():
        return None
    number = waiting.order_by().count()
    expected = estimate(panel, number)
    # With a limit of calls a minute, more at a time may not be quicker.
    is_quicker = expected.each / panel.parallel_calls > _least_turn(panel)
    return PaceOffer(more, is_more=True, waiting=number, estimate=expected) if is_quicker else None
