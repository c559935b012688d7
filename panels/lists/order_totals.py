"""The total cost of the orders that a list shows."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from panels.models import Order
from panels.money.costs import sum_costs
from panels.money.totals import kept_costs
from panels.pages.paging import COUNT_UP_TO

State = Order.State
# Orders that cost something and are in no kept total, because their panel has not accepted them. They are few.
NOT_ACCEPTED = (State.QUEUED, State.SENDING, State.UNKNOWN, State.WRITTEN_OFF)


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum in one currency. is_expected: a part of it is an estimate."""

    currency: str
    amount: Decimal
    is_expected: bool


@dataclass(frozen=True, slots=True)
class Totals:
    """The cost of the shown orders. unpriced: the number of orders that are not in the sums."""

    sums: tuple[Sum, ...]
    unpriced: int


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
    amounts: dict[str, Decimal] = {}
    for row in rows:
        if row["amount"] is not None:
            amounts[row["currency"]] = amounts.get(row["currency"], Decimal(0)) + row["amount"]
    expected = {row["currency"] for row in rows if row["expected"]}
    sums = (Sum(currency, amounts[currency], currency in expected) for currency in sorted(amounts))
    return Totals(tuple(sums), sum(row["unpriced"] for row in rows))
