"""Counts the record of some orders once more, as plainly as possible: order by order, in Python, with Decimals."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from panels.models import Order
from panels.money.charges import listed_cost
from panels.money.costs import cost_of

State, Progress = Order.State, Order.Progress


def recount(orders, everything):
    """Return the numbers of these orders of everything that was ordered, with exact fractions and seconds.

    All orders were created in time, and are for the same platform and metric.
    """
    placed = [order for order in orders if order.state == State.PLACED]
    timed = [order for order in placed if is_timed(order)]
    kept, broken = refills_of(placed)
    units = [found for order in placed if (found := units_of(order))]
    drops = [found for order in placed if (found := drop_of(order, everything))]
    return {
        "orders": {name: number for name in ("none", *Progress.values) if (number := count(placed, name))}
        | ({"placed": len(placed)} if placed else {}),
        "refused": len([order for order in orders if order.state == State.REFUSED]),
        "start": [found for order in timed if (found := started(order))],
        "finish": [found for order in timed if (found := finished(order))],
        "delivered": share(sum(got for _, got in units), sum(whole for whole, _ in units)),
        "delivered_orders": len(units),
        "prices": {currency: price(placed, currency) for currency in {order.currency for order in placed}},
        "charges": {currency: charged(placed, currency) for currency in {order.currency for order in placed}},
        "drop": share(sum(lost for _, lost in drops), sum(got for got, _ in drops)),
        "drop_orders": len(drops),
        "refills": {"asked": sum(order.refills.count() for order in placed), "kept": kept, "broken": broken},
    }


def count(placed, name):
    return sum((order.progress or "none") == name for order in placed)


def share(part, whole):
    return Fraction(part, whole) if whole else None


def is_timed(order):
    is_own = order.rate_agreed is not None and "runs" not in order.params and order.type != "subscriptions"
    return is_own and (order.placed_at - order.sent_at).total_seconds() <= 600


def lapse(order, moment):
    return max(int(moment.timestamp()) - int(order.sent_at.timestamp()), 0)


def started(order):
    """Return after how many seconds an order moved, or that it had not moved then."""
    if order.moved_before:
        return lapse(order, order.moved_before), True
    if order.progress in (Progress.IN_PROGRESS, Progress.PARTIAL, Progress.COMPLETED):
        return None
    last = (order.finished_before or order.finished_at) if order.is_finished else order.status_at
    return (lapse(order, last), False) if last else None


def finished(order):
    last = (order.finished_before or order.finished_at) if order.is_finished else order.status_at
    return (lapse(order, last), order.progress in (Progress.COMPLETED, Progress.PARTIAL)) if last else None


def units_of(order):
    """Return the ordered and the delivered units of an ended order, None if nothing is known of them."""
    if not order.is_finished or not order.total_quantity:
        return None
    if order.progress in Order.GIVEN_UP:
        is_taken_back = order.progress != Progress.FAILED and order.cancel_state == "accepted"
        return None if is_taken_back else (order.total_quantity, 0)
    if order.progress == Progress.EXPIRED or order.delivered is None:
        return None
    return order.total_quantity, order.delivered


def price(placed, currency):
    """Return 1000 × the cost ÷ the delivered units of the ended orders with known remains."""
    known = [order for order in placed if order.currency == currency and units_of(order)]
    known = [order for order in known if order.progress not in Order.GIVEN_UP and cost_of(order)]
    units = sum(order.delivered for order in known)
    return 1000 * Fraction(sum(cost_of(order).amount for order in known)) / units if units else None


def charged(placed, currency):
    """Return the charges of completed orders as a multiple of what the list said."""
    several = [
        order
        for order in placed
        if order.currency == currency and order.progress == Progress.COMPLETED and order.charge
        if order.given_back_source != "told" and listed_cost(order, order.panel)
    ]
    listed = sum((listed_cost(order, order.panel) for order in several), Decimal(0))
    return Fraction(sum(order.charge for order in several)) / Fraction(listed) if listed else None


def drop_of(order, everything):
    """Return the delivered and the lost units of an order, None if no later order tells them."""
    placed = [each for each in everything if each.state == State.PLACED and each.pk != order.pk]
    others = [each for each in placed if each.link_key == order.link_key]
    later = [each for each in others if each.sent_at > order.sent_at]
    following = min(later, key=lambda each: each.sent_at, default=None)
    if order.progress not in (Progress.COMPLETED, Progress.PARTIAL) or following is None or order.refills.count():
        return None
    earlier = [each for each in others if each.sent_at < order.sent_at]
    is_alone = all(ended_by(each, order.sent_at) for each in earlier) and ended_by(order, following.sent_at)
    if not (is_alone and all(ended_by(each, following.sent_at) for each in earlier)):
        return None
    if not (order.start_count and order.delivered and following.start_count) or "runs" in order.params:
        return None
    return order.delivered, min(max(order.start_count + order.delivered - following.start_count, 0), order.delivered)


def ended_by(order, moment):
    end = order.finished_before or order.finished_at
    return order.is_finished and end is not None and end <= moment


def refills_of(placed):
    states = [(refill.state, refill.progress) for order in placed for refill in order.refills.all()]
    kept = sum(progress == "completed" for _, progress in states)
    ends = ("completed", "rejected", "canceled", "error")
    ended = sum(progress in ends or state == "refused" for state, progress in states)
    return kept, ended - kept
