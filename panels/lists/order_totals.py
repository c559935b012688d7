"""The total cost of the orders that a list shows."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

from django.db.models import QuerySet

from panels.lists.totals import Sum, Totals, add_up
from panels.models import Order
from panels.money.costs import sum_costs
from panels.money.totals import kept_costs
from panels.pages.paging import COUNT_UP_TO

State = Order.State
# Orders that cost something and are in no kept total, because their panel has not accepted them. They are few.
NOT_ACCEPTED = (State.ASKED, State.QUEUED, State.SENDING, State.UNKNOWN, State.WRITTEN_OFF)


def can_total(number: int, filters: AbstractSet[str]) -> bool:
    """Return whether `total_cost` can answer for so many orders."""
    return number <= COUNT_UP_TO or filters <= {"panel"}


def total_cost(orders: QuerySet[Order], number: int, panel: int) -> Totals:
    """Return the total of filtered orders.

    number: how many there are, at most one more than are counted. For more orders, the kept totals answer: those of all
    orders, or those of the panel with this pk. 0 is no panel.
    """
    if number <= COUNT_UP_TO:
        return _add_up(sum_costs(orders))
    waiting = Order.objects.filter(state__in=NOT_ACCEPTED)
    return _add_up([*kept_costs(panel), *sum_costs(waiting.filter(panel=panel) if panel else waiting)])


def _add_up(rows: list[dict[str, Any]]) -> Totals:
    priced = [row for row in rows if row["amount"] is not None and row["number"] > row["unpriced"]]
    sums = (Sum(row["currency"], row["amount"], is_expected=bool(row["expected"])) for row in priced)
    return add_up(sums, missing=sum(row["unpriced"] for row in rows))
