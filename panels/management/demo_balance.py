"""The balance of a panel in the demo's past: its deposits, charges and refunds, and the readings of it."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import chain
from typing import Any

from panels.models import BalanceReading, Entry, Panel
from panels.models.writing import insert_rows
from panels.money.ledger import book
from panels.sandbox.life import SandboxOrder

# Money is added before an order that would leave less than this.
LEAST, DEPOSIT = Decimal(60), Decimal(300)
READ_EVERY = dt.timedelta(hours=12)
Why = BalanceReading.Why
Step = tuple[float, Decimal]


def write_balance(
    panel: Panel,
    opening: Decimal,
    orders: Iterable[SandboxOrder],
    chance: random.Random,
    until: dt.datetime,
    person: Any = None,
) -> Decimal:
    """Write at most two readings a day and one after each deposit, and return the balance at the end.

    Deposits are booked by this person.

    A reading is what is left of the opening balance and the deposits after all charges and refunds before it. As in the
    worker, one on schedule is kept only if it differs from the reading before.
    """
    steps = sorted(chain.from_iterable(map(_steps_of, orders)))
    balance, readings = opening, [_reading(panel, 0, opening, Why.SCHEDULE)]
    before = read_at = steps[0][0] if steps else until.timestamp()
    for at, amount in steps:
        while read_at < at:
            if balance != readings[-1].balance:
                readings.append(_reading(panel, read_at, balance, Why.SCHEDULE))
            read_at += READ_EVERY.total_seconds()
        if amount < 0 and balance + amount < LEAST:
            balance += DEPOSIT
            # After the last step, because the reading has it.
            paid_at = at - min(chance.uniform(1, 30), (at - before) / 2)
            readings.append(_reading(panel, paid_at, balance, Why.REQUEST))
            book(panel, [(Entry.Kind.DEPOSIT, DEPOSIT)], readings[-1].at, person)
        balance += amount
        before = at
    readings.append(_reading(panel, until.timestamp(), balance, Why.REQUEST))
    # Without the opening balance, which is known already.
    insert_rows(readings[1:])
    return balance


def _steps_of(order: SandboxOrder) -> Iterator[Step]:
    """Yield the times and amounts by which an order changed the balance."""
    yield order.at, -order.charge
    if order.refunded:
        yield order.ends_at, order.refunded


def _reading(panel: Panel, at: float, balance: Decimal, why: str) -> BalanceReading:
    moment = dt.datetime.fromtimestamp(at, dt.UTC)
    return BalanceReading(panel=panel, at=moment, balance=balance, currency=panel.currency, why=why)
