"""The price that a client pays: the cost with a mark-up. A price is never added to a cost, and never stored.

The price of one order follows from its cost, and the price of a sum from the sum, so that each shown price belongs to
the cost beside it. Where several rounded prices are listed, their total is the sum of these prices.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

from panels.protocol.order_price import SIX_PLACES

# Enough for every amount of the database with every mark-up.
DIGITS = 50


@dataclass(frozen=True, slots=True)
class Markup:
    """What is added to a cost: a percentage, 0 for nothing, and the step to which prices are rounded, None for none."""

    percent: Decimal
    step: Decimal | None = None


def price_of(cost: Decimal, markup: Markup) -> Decimal:
    """Return a cost with a mark-up, rounded to the nearest multiple of the step. A half is rounded up.

    A price has six decimals at most, like all amounts. A cost above zero never becomes a price of zero: the least price
    is one step.
    """
    with localcontext(prec=DIGITS):
        exact = cost * (100 + markup.percent) / 100
        if not markup.step:
            return exact.quantize(SIX_PLACES, ROUND_HALF_UP)
        steps = (exact / markup.step).quantize(Decimal(1), ROUND_HALF_UP)
        return (max(steps, Decimal(exact > 0)) * markup.step).quantize(SIX_PLACES)
