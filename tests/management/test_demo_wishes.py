"""The orders of the demo fit their services."""

from decimal import Decimal

import pytest

from panels.management.demo_wishes import COSTS, WISHES, Wishes
from panels.protocol.order_types import check
from tests.factories import make_panel, make_service, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("least", "most"), [(10, 10_000), (7_000, 8_000), (1, 3)])
def test_a_wish_fits_the_limits_and_the_fields_of_its_service(least, most):
    service = make_service(min_quantity=least, max_quantity=most)
    wishes = Wishes(service.panel, [make_user()])
    for _, pattern in WISHES:
        found, values = wishes._wish(service, wishes._link(pattern))
        assert found == service
        assert check(service.offer(), values).errors == {}
        assert least <= int(values["quantity"]) <= most


def test_a_quantity_without_limits_costs_a_few_dollars():
    service = make_service(min_quantity=None, max_quantity=None, rate_per_1000=Decimal(2))
    cost = 2 * Wishes(service.panel, [])._quantity(service) / 1000
    assert 0.5 * COSTS[0] <= cost <= COSTS[1]


def test_the_same_panel_gets_the_same_wishes():
    panel = make_panel()
    patterns = [pattern for _, pattern in WISHES]
    assert [Wishes(panel, [])._link(each) for each in patterns] == [Wishes(panel, [])._link(each) for each in patterns]
