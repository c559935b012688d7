"""A drip-feed is wrong only if it fits neither reading of the limits. A warning says which panels refuse it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panels.protocol.drip_feed import DripFeed
from panels.protocol.order_types import check
from tests.protocol.conftest import LINK, offer

LIMITS = st.none() | st.integers(0, 300)


def drip(quantity, runs, **limits):
    values = {"link": LINK, "quantity": str(quantity), "runs": str(runs), "interval": "30"}
    return check(offer(**{"min_quantity": 100, "max_quantity": 1000} | limits), values)


@pytest.mark.parametrize(
    ("quantity", "runs", "words"),
    [
        (10, 20, "Quantity 10 of one run is below this service's minimum of 100."),
        (99, 2, "Quantity 99 of one run is below this service's minimum of 100."),
        (1, 1000, "Others take it, because the total of 1,000 fits."),
        (100, 11, "The total of 1,100 in 11 runs is above this service's maximum of 1,000."),
        (1000, 2, "Others take it, because one run fits."),
    ],
)
def test_what_fits_one_reading_is_a_warning_that_names_the_other(quantity, runs, words):
    checked = drip(quantity, runs)
    assert checked.errors == {}
    (warning,) = checked.warnings
    assert words in warning
    assert "Some panels refuse this." in warning
    assert checked.units == quantity * runs
    assert checked.cost is not None


@pytest.mark.parametrize(("quantity", "runs"), [(100, 2), (100, 10), (500, 2), (100, 1), (1000, 1)])
def test_what_fits_both_readings_is_right(quantity, runs):
    checked = drip(quantity, runs)
    assert (checked.errors, checked.warnings) == ({}, ())


@pytest.mark.parametrize(
    ("quantity", "runs", "errors"),
    [
        (10, 5, ("Quantity 10 is below", "The total of 50 is below")),
        (1001, 2, ("Quantity 1,001 is above", "The total of 2,002 is above")),
        (50, 30, ("Quantity 50 is below", "The total of 1,500 is above")),
        (99, 1, ("Quantity 99 is below",)),
        (1001, 1, ("Quantity 1,001 is above",)),
    ],
)
def test_what_fits_neither_reading_is_wrong_and_says_both(quantity, runs, errors):
    checked = drip(quantity, runs)
    found = checked.errors["quantity"]
    assert checked.warnings == ()
    assert len(found) == len(errors)
    assert all(text.startswith(start) for text, start in zip(found, errors, strict=True))


@pytest.mark.parametrize(("quantity", "runs"), [(10, 20), (5, 1), (2000, 3)])
def test_limits_that_are_not_told_are_kept(quantity, runs):
    checked = drip(quantity, runs, min_quantity=None, max_quantity=None)
    assert (checked.errors, checked.warnings) == ({}, ())


@pytest.mark.parametrize("extra", [{}, {"runs": "0", "interval": "0"}, {"runs": "x", "interval": "30"}])
def test_without_runs_the_quantity_alone_counts(extra):
    checked = check(offer(min_quantity=100, max_quantity=1000), {"link": LINK, "quantity": "10", **extra})
    assert checked.errors["quantity"] == ("Quantity 10 is below this service's minimum of 100.",)
    assert checked.warnings == ()


@pytest.mark.parametrize("kind", ["custom_comments", "custom_comments_package", "package", "subscriptions"])
def test_other_types_have_no_such_warning(kind):
    assert check(offer(kind), {"link": LINK, "comments": "a\nb", "quantity": "1"}).warnings == ()


@given(least=LIMITS, most=LIMITS, quantity=st.integers(1, 300), runs=st.integers(1, 20))
def test_each_drip_feed_is_right_doubtful_or_wrong(least, most, quantity, runs):
    found = DripFeed(least, most, quantity, runs)
    fits = [(least or 0) <= number <= (number if most is None else most) for number in (quantity, quantity * runs)]
    assert found.fits_no_reading == (not any(fits))
    assert bool(found.warnings) == (fits[0] != fits[1])
