"""A price is the cost with the mark-up, rounded to a step."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panels.money.prices import Markup, price_of


@pytest.mark.parametrize(
    ("cost", "percent", "step", "price"),
    [
        ("10", "0", None, "10"),
        ("10", "25", None, "12.5"),
        ("0.333333", "50", None, "0.5"),
        ("0.000001", "50", None, "0.000002"),
        ("10.01", "12.5", "0.01", "11.26"),
        # The half is rounded up, also where a float would be just below it.
        ("1.005", "0", "0.01", "1.01"),
        ("2.675", "0", "0.01", "2.68"),
        ("10.02", "0", "0.05", "10"),
        ("10.025", "0", "0.05", "10.05"),
        ("149.99", "20", "1", "180"),
        ("149.99", "20", "50", "200"),
        # Nothing that costs something is free.
        ("0.001", "10", "0.5", "0.5"),
        ("0", "30", "0.5", "0"),
        ("10", "-20", "0.01", "8"),
        ("999999999999.999999", "900", "0.01", "10000000000000"),
    ],
)
def test_a_price_is_the_cost_with_the_mark_up_rounded_to_the_step(cost, percent, step, price):
    markup = Markup(Decimal(percent), step and Decimal(step))
    assert price_of(Decimal(cost), markup) == Decimal(price)


COSTS = st.decimals(0, 10**9, places=6, allow_nan=False, allow_infinity=False)


@given(COSTS, st.decimals(0, 1000, places=2), st.sampled_from(["0.01", "0.05", "0.5", "1", "25"]))
def test_a_rounded_price_is_a_multiple_of_the_step_and_at_most_half_a_step_off(cost, percent, step):
    price, step = price_of(cost, Markup(percent, Decimal(step))), Decimal(step)
    assert price % step == 0
    exact = cost * (100 + percent) / 100
    assert abs(price - exact) <= step / 2 or price == step


@given(COSTS, COSTS, st.decimals(0, 1000, places=2))
def test_a_higher_cost_never_has_a_lower_price(one, other, percent):
    low, high = sorted((one, other))
    assert price_of(low, Markup(percent, Decimal("0.05"))) <= price_of(high, Markup(percent, Decimal("0.05")))
