"""The expected price of an order."""

from decimal import Decimal

import pytest

from panels.protocol.order_types import Offer, check
from tests.protocol.conftest import LINK, RATE, errors_of, offer


def test_a_comments_package_can_be_billed_per_line():
    checked = check(offer("custom_comments_package", bills_package_per_line=True), {"link": LINK, "comments": "a\nb"})
    assert (checked.cost, checked.units, checked.quantity) == (Decimal("0.003000"), 2, None)
    plain = check(offer("package", bills_package_per_line=True), {"link": LINK})
    assert plain.cost == RATE


def test_a_subscription_without_end_has_no_price_and_zeros_are_not_sent():
    values = {"username": "ann", "min": "10", "max": "100", "delay": "0"}
    checked = check(offer("subscriptions"), {**values, "posts": "0", "old_posts": "0"})
    assert (checked.cost, checked.is_ceiling, checked.values) == (None, False, values)


@pytest.mark.parametrize(
    ("rate", "quantity", "cost"),
    [
        ("0.90", "50", "0.045000"),
        ("0.0005", "1", "0.000001"),
        ("0.0004999", "1", "0.000000"),
        ("0.0015", "1", "0.000002"),
        ("0.0025", "1", "0.000003"),
        ("1234567.89012345", "3", "3703.703670"),
        ("999999999.999999", "1000", "999999999.999999"),
        ("0", "1000", "0.000000"),
    ],
)
def test_the_price_is_exact_to_six_places_and_rounds_half_up(rate, quantity, cost):
    service = offer(rate_per_1000=Decimal(rate), min_quantity=None, max_quantity=None)
    assert str(check(service, {"link": LINK, "quantity": quantity}).cost) == cost


@pytest.mark.parametrize(
    ("slug", "values"),
    [
        ("default", {"link": LINK, "quantity": "2147483647"}),
        ("package", {"link": LINK}),
        (
            "subscriptions",
            {"username": "ann", "min": "1", "max": "2147483647", "posts": "2147483647", "delay": "0"},
        ),
    ],
)
def test_an_absurd_price_is_an_error_and_no_exception(slug, values):
    service = Offer(slug, Decimal("9999999999.12345"), None, None)
    checked = check(service, values)
    assert errors_of(checked)[""].startswith("The price is above 999,999,999.999999")
    assert (checked.cost, checked.is_ceiling) == (None, False)


def test_absurd_runs_are_an_error():
    values = {"link": LINK, "quantity": "2147483647", "runs": "2", "interval": "5"}
    checked = check(Offer("default", Decimal(0), None, None), values)
    assert errors_of(checked) == {"runs": "Quantity × runs is 4,294,967,294, the limit is 2,147,483,647."}


def test_the_price_is_known_while_the_link_is_still_missing():
    assert check(offer(), {"quantity": "20"}).cost == Decimal("0.03")
