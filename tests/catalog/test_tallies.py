"""Tallies add up, are stored without loss, and give the numbers of a record."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panels.catalog.tallies import Tally, added, numbers_of

COUNTS = st.dictionaries(st.sampled_from(["placed", "completed"]), st.integers(1, 9)).map(Counter)
TIMES = st.dictionaries(st.tuples(st.integers(0, 5), st.booleans()), st.integers(1, 9)).map(Counter)
SUMS = st.dictionaries(
    st.sampled_from(["USD", "EUR"]),
    st.fixed_dictionaries({name: st.integers(1, 10**12) for name in ("orders", "cost", "delivered")}).map(Counter),
)
TALLIES = st.builds(Tally, orders=COUNTS, refused=COUNTS, start=TIMES, finish=TIMES, prices=SUMS)


@given(TALLIES)
def test_a_stored_tally_is_the_same(tally):
    assert Tally.from_json(tally.to_json()) == tally


@given(TALLIES, TALLIES)
def test_a_sum_has_the_orders_of_both_and_changes_neither(first, second):
    before = first.to_json(), second.to_json()
    total = added([first, second])
    assert total.number == first.number + second.number
    assert total.finish == first.finish + second.finish
    for currency in first.prices.keys() | second.prices.keys():
        parts = [each.prices[currency] for each in (first, second) if currency in each.prices]
        assert total.prices[currency] == sum(parts, Counter())
    assert (first.to_json(), second.to_json()) == before


def test_nothing_at_all_has_no_numbers():
    numbers = numbers_of(Tally())
    assert (numbers["finish_p90"], numbers["delivered"], numbers["drop"], numbers["prices"]) == (None, None, None, {})
    assert Tally().to_json() == {}


def sold(**more):
    prices = {"USD": Counter(orders=2, cost=3_000_000, delivered=4000)}
    return Tally(prices=prices, **{name: Counter(value) for name, value in more.items()})


def test_the_price_is_that_of_a_thousand_delivered_units():
    assert numbers_of(sold())["prices"] == {"USD": {"price": "0.75000000", "kept": None, "orders": 2}}


@pytest.mark.parametrize(
    ("known", "refills", "kept"),
    [
        (4, {}, None),
        (5, {}, "1.00000000"),
        (5, {"kept": 1, "broken": 1}, "0.85714286"),
        (5, {"kept": 1}, "0.75000000"),
    ],
)
def test_what_was_kept_is_told_from_five_drops_on_less_the_refills_that_came(known, refills, kept):
    tally = sold(drops={"known": known, "delivered": 1000, "lost": 250}, refills=refills)
    assert numbers_of(tally)["prices"]["USD"]["kept"] == kept


def test_where_all_is_lost_nothing_was_kept():
    tally = sold(drops={"known": 5, "delivered": 1000, "lost": 1000})
    assert numbers_of(tally)["prices"]["USD"]["kept"] is None


def test_a_share_is_exact_to_the_millionth():
    tally = Tally(units=Counter(counted=1, ordered=3, delivered=1))
    assert Decimal(numbers_of(tally)["delivered"]) == Decimal("0.333333")


def test_amounts_of_a_panel_that_makes_no_sense_are_numbers_too():
    """A panel may tell any charge. An error here would end the computation of all records."""
    orders = 10**5
    charged, listed = orders * (10**18 - 1), orders
    tally = Tally(
        prices={"USD": Counter(orders=orders, cost=charged, delivered=1)},
        charges={"USD": Counter(orders=orders, charged=charged, listed=listed)},
    )
    numbers = numbers_of(tally)
    assert Decimal(numbers["prices"]["USD"]["price"]) == Decimal(charged) / 1000
    assert Decimal(numbers["charges"]["USD"]["ratio"]) == Decimal(charged) * 100_000 / listed
