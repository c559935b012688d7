"""The total of what a list shows."""

from __future__ import annotations

from decimal import Decimal

from panels.lists.totals import Sum, Totals, add_up


def test_each_currency_has_its_own_sum_which_is_expected_if_a_part_of_it_is():
    amounts = [Sum("USD", Decimal(2)), Sum("EUR", Decimal(1)), Sum("USD", Decimal(3), is_expected=True)]
    found = add_up(amounts, missing=4)
    assert found == Totals((Sum("EUR", Decimal(1)), Sum("USD", Decimal(5), is_expected=True)), missing=4)
    assert add_up([*amounts[2:], *amounts[:2]]) == add_up(amounts)


def test_without_an_amount_there_is_no_sum():
    assert add_up([]) == Totals((), 0)
